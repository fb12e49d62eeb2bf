import { CommanderError } from 'commander';
import { type DemoOptions, parseOptions } from './options';

const read = (...argv: readonly string[]): DemoOptions =>
  parseOptions(argv, { out: () => {}, err: () => {} });

describe('the command line of the demonstration', () => {
  it('asks for a story of about two minutes by itself', () => {
    expect(read()).toEqual({ events: 9000, rate: 100, output: 'text', keep: false });
  });

  it('takes scale, format and input', () => {
    expect(read('--events', '600', '--rate', '60', '-o', 'json', '--keep')).toEqual({
      events: 600,
      rate: 60,
      output: 'json',
      keep: true,
    });
    expect(read('--input', 'loans.jsonl').input).toBe('loans.jsonl');
  });

  it.each([
    ['--events', '0'],
    ['--rate', 'fast'],
    ['-o', 'xml'],
    ['--speed'],
    ['--input', 'a', '--events', '3'],
  ])('refuses %s %s %s %s', (...argv) => {
    expect(() => read(...argv.filter(Boolean))).toThrow(CommanderError);
  });
});
