import { parseOptions } from './options';

const parse = (...argv: readonly string[]) => {
  const said = { out: '', err: '' };
  const options = () =>
    parseOptions(argv, {
      rows: ['one', 'two'],
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
    });
  return { said, options };
};

describe('the command line', () => {
  it('measures everything in full unless told otherwise', () => {
    expect(parse().options()).toEqual({ quick: false, docs: false, installPeers: false, output: 'text' });
  });

  it('takes rows, rounds, a folder and a form of output', () => {
    expect(
      parse('--only', 'two, one', '--rounds', '3', '--folder', 'x', '-o', 'json', '--quick').options(),
    ).toMatchObject({ only: ['two', 'one'], rounds: 3, folder: 'x', output: 'json', quick: true });
  });

  it.each([
    [['--only', 'three'], /no row three.*one, two/i],
    [['--rounds', '0'], /whole number from 1/i],
    [['--rounds', '1.5'], /whole number from 1/i],
    [['--quick', '--docs'], /cannot be used/i],
    [['--only', 'one', '--docs'], /cannot be used/i],
    [['--from', 'x', '--quick'], /cannot be used/i],
    [['--install-peers', '--docs'], /cannot be used/i],
    [['-o', 'xml'], /text, json/i],
    [['--fast'], /unknown option/i],
    [['more'], /too many arguments/i],
  ])('refuses %j and says why', (argv, because) => {
    const { said, options } = parse(...argv);
    expect(options).toThrow(expect.objectContaining({ exitCode: 1 }));
    expect(said.err).toMatch(because);
  });

  it('has help, which names the rows', () => {
    const { said, options } = parse('--help');
    expect(options).toThrow(expect.objectContaining({ exitCode: 0 }));
    expect(said.out).toMatch(/one, two/);
  });
});
