// Stands in for bin/one-run.js: ROW CONTENDER ROUND SIZE, one line of JSON.
const [, contender, round, size] = process.argv.slice(2);
const say = (outcome) => process.stdout.write(`${JSON.stringify(outcome)}\n`);

process.stdin.on('close', () => process.exit(1)).resume();

if (contender === 'absent') say({ kind: 'missing', because: 'not installed' });
else if (contender === 'broken') process.stderr.write('it went wrong\n');
else if (contender === 'endless') setInterval(() => {}, 1_000);
else {
  process.stdout.write('a library says something\n');
  const rate = contender === 'baton' ? 100 + Number(round) : 100;
  say({ kind: 'figures', figures: { rate, full: size === 'full' ? 1 : 0 } });
}
if (contender !== 'endless') process.exit(0);
