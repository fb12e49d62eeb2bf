import type { Spread } from '@baton/messaging';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One measured value with its labels. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** How measured durations are spread, with their labels. */
export interface SpreadSample {
  readonly spread: Spread;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface MetricOptions<S = Sample> {
  readonly help: string;
  readonly labels?: readonly string[];
  /** Asked whenever the metrics are read; what cannot be told at present is left out. */
  readonly read: () => readonly S[] | Promise<readonly S[]>;
}

/** What a metric is called, and what it says. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** Metrics of a service, in the text format of Prometheus. Units are base units; counters end in `_total`. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** All metrics but those of the process, in the order they were added. */
  described(): readonly MetricDescription[];
  counter(name: `${string}_total`, options: MetricOptions): void;
  gauge(name: string, options: MetricOptions): void;
  histogram(name: `${string}_seconds`, options: MetricOptions<SpreadSample>): void;
}

/** Makes an empty set of metrics; with those of the process (memory, event loop, garbage collection) on request. */
export const createMetrics = ({ ofProcess }: { readonly ofProcess: boolean }): Metrics => {
  const registry = new Registry();
  const descriptions: MetricDescription[] = [];
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const describe = (
    type: MetricDescription['type'],
    name: string,
    { help, labels = [] }: Pick<MetricOptions, 'help' | 'labels'>,
  ) => {
    descriptions.push({ name, type, help, labels });
    return { name, help, labelNames: [...labels], registers: [registry] };
  };
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    described: () => descriptions,
    counter: (name, options) => {
      new Counter({
        ...describe('counter', name, options),
        async collect() {
          const samples = await options.read();
          this.reset();
          for (const { labels = {}, value } of samples) this.inc({ ...labels }, value);
        },
      });
    },
    gauge: (name, options) => {
      new Gauge({
        ...describe('gauge', name, options),
        async collect() {
          const samples = await options.read();
          this.reset();
          for (const { labels = {}, value } of samples) this.set({ ...labels }, value);
        },
      });
    },
    histogram: (name, options) => {
      const histogram = new Histogram(describe('histogram', name, options));
      const getForPromString = async () => ({
        name,
        help: options.help,
        type: 'histogram',
        values: (await options.read()).flatMap((sample) => linesOf(name, sample)),
      });
      // what was counted elsewhere cannot be put into a histogram, only be shown as one
      Object.assign(histogram, { getForPromString });
    },
  };
};

/** The classes of a histogram as Prometheus wants them: each with what is in all classes below. */
const linesOf = (name: string, { spread: { bounds, counts, sum }, labels = {} }: SpreadSample) => {
  let below = 0;
  const buckets = counts.map((count, i) => {
    below += count;
    return { metricName: `${name}_bucket`, labels: { le: bounds[i] ?? '+Inf', ...labels }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
};
