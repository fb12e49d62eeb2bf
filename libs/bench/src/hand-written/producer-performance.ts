import { spawn } from 'node:child_process';
import { kafkaToolsClassPath } from '../peers';
import type { World } from '../row';
import { uniqueName } from '../unique-name';
import type { Place } from '../workload/place';

/** How many records Kafka's own tool is to send, how large they are, and for how long each transaction collects. */
export interface ToolRun {
  readonly records: number;
  readonly recordBytes: number;
  readonly transactionMs: number;
}

/** Records a second that Kafka's own `ProducerPerformance` commits into one topic, as it says itself. */
export const producerPerformance = async (
  world: World,
  { brokers, topics }: Place,
  { records, recordBytes, transactionMs }: ToolRun,
): Promise<number> => {
  const args = [
    ...['-Xmx256m', '-cp', kafkaToolsClassPath(world), 'org.apache.kafka.tools.ProducerPerformance'],
    ...['--topic', topics[1], '--num-records', String(records), '--record-size', String(recordBytes)],
    ...['--throughput', '-1', '--transactional-id', uniqueName('java')],
    ...['--transaction-duration-ms', String(transactionMs)],
    ...[
      '--producer-props',
      `bootstrap.servers=${brokers.join(',')}`,
      'acks=all',
      'linger.ms=5',
      'batch.size=65536',
    ],
  ];
  const child = spawn('java', args, { env: world.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  // the last line sums up; those before it are the seconds, of which the first ones warm the virtual machine up
  const rates = [...output.matchAll(/^(\d+) records sent, ([\d.]+) records\/sec/gm)].map(([, , rate]) =>
    Number(rate),
  );
  const last = rates.at(-1);
  if (last === undefined) throw new Error(`ProducerPerformance gave no figures:\n${output.slice(-2_000)}`);
  return last;
};
