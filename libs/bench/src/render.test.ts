import { document } from '../test/results';
import { renderDocs } from './docs';
import { formatFigure } from './format';
import { renderHtml } from './html';
import { renderTable } from './table';

describe('a figure', () => {
  it.each([
    [28_123.4, '28,100'],
    [4.7123, '4.71'],
    [0.05312, '0.0531'],
    [512, '512'],
    [0, '0'],
    [Number.NaN, '-'],
  ])('%d is shown as %s', (value, text) => {
    expect(formatFigure(value)).toBe(text);
  });
});

describe('the table', () => {
  const text = renderTable(document);

  it('has median, range and ratio of each contender', () => {
    expect(text).toMatch(/baton +700 +600 to 800\n/);
    expect(text).toMatch(/kafkajs +1,000 +1,000 to 1,000 +0\.70\n/);
  });

  it('names who is missing, and what became of every target', () => {
    expect(text).toMatch(/absent +missing: not installed\n/);
    expect(text).toMatch(/at least half of kafkajs: reached/);
    expect(text).toMatch(/as much as kafkajs: not reached/);
    expect(text).toMatch(/as much as absent: not compared/);
  });

  it('says that an interrupted run is not everything', () => {
    expect(renderTable({ ...document, state: 'interrupted' })).toMatch(/Interrupted/);
  });
});

describe('the page', () => {
  const html = renderHtml(document);

  it('needs nothing from elsewhere', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|url\(|https?:/);
    expect(html).toMatch(/<svg[^>]* aria-label="events"/);
  });

  it('shows what others wrote as text', () => {
    expect(html).toContain('Tiny &#60;row&#62;');
    expect(html).not.toContain('<row>');
  });

  it('draws a bar as long as the median, on the scale of the largest figure', () => {
    const widths = [...html.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(2);
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(0.7, 2);
  });
});

describe('the reference page', () => {
  const page = renderDocs(document);

  it('says where, when and with what it was measured', () => {
    expect(page).toMatch(/\| date \| 2026-11-22 \|/);
    expect(page).toMatch(/\| machine \| 2 × Test CPU, 8 GB/);
    expect(page).toMatch(/kafka 4\.1\.1/);
  });

  it('has every target with its verdict, and the reason for those that are not reached', () => {
    expect(page).toMatch(/\| as much as kafkajs \| 700 events\/s \| not reached \|/);
    expect(page).toMatch(/### Not reached\n\n- Tiny <row>: as much as kafkajs\. Headers cost\.\n/);
    expect(page).toMatch(
      /### Not compared\n\n- .*as much as absent\. absent is missing \(not installed\)\.\n/,
    );
  });
});
