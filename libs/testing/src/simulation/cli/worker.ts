import { createWorker, type Job } from './jobs';

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

const work = createWorker(cpuMs);

/** Does the jobs that the parent process sends, one after the other, and answers each. */
process.on('message', (job: Job) => {
  void work(job).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());
// an interrupt from the terminal reaches the parent too, and that ends its workers
process.on('SIGINT', () => {});
