import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** One measured value with its labels. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface MetricOptions {
  readonly help: string;
  readonly labels?: readonly string[];
  /** Asked whenever the metrics are read. */
  readonly read: () => readonly Sample[];
}

/** Metrics of a service, in the text format of Prometheus. Units are base units; counters end in `_total`. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  counter(name: `${string}_total`, options: MetricOptions): void;
  gauge(name: string, options: MetricOptions): void;
}

/** Makes an empty set of metrics; with those of the process (memory, event loop, garbage collection) on request. */
export const createMetrics = ({ ofProcess }: { readonly ofProcess: boolean }): Metrics => {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const common = (name: string, { help, labels = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter: (name, options) => {
      new Counter({
        ...common(name, options),
        collect() {
          this.reset();
          for (const { labels = {}, value } of options.read()) this.inc({ ...labels }, value);
        },
      });
    },
    gauge: (name, options) => {
      new Gauge({
        ...common(name, options),
        collect() {
          this.reset();
          for (const { labels = {}, value } of options.read()) this.set({ ...labels }, value);
        },
      });
    },
  };
};
