import { type BrokerAddress, bearsAddresses, findAddresses, replaceAddresses } from './addresses';
import { apiKeys } from './faults';
import { readCorrelationId, readRequestHeader } from './wire';

const int16 = (value: number) => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string) => Buffer.concat([int16(value.length), Buffer.from(value)]);
const compact = (value: string) => Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]);
const none = int16(-1);
const noTags = Buffer.from([0]);

const frame = (...parts: readonly Buffer[]): Buffer => {
  const payload = Buffer.concat(parts);
  return Buffer.concat([int32(payload.length), payload]);
};

const correlationId = int32(77);
const throttle = int32(0);
const rest = Buffer.from('the rest, which is not looked at');
const brokers: readonly BrokerAddress[] = [
  { host: '127.0.0.1', port: 9092 },
  { host: 'broker-2.example', port: 19092 },
];
const moved = ({ port }: BrokerAddress): BrokerAddress => ({ host: 'proxy', port: port + 1 });
const movedBrokers = brokers.map(moved);

interface Example {
  readonly api: number;
  readonly version: number;
  readonly make: (addresses: readonly BrokerAddress[]) => Buffer;
}

const metadata = (version: number): Example => ({
  api: apiKeys.metadata,
  version,
  make: (addresses) =>
    frame(
      correlationId,
      version >= 3 ? throttle : Buffer.alloc(0),
      int32(addresses.length),
      ...addresses.flatMap(({ host, port }, id) => [
        int32(id),
        text(host),
        int32(port),
        version >= 1 ? none : Buffer.alloc(0),
      ]),
      rest,
    ),
});

const flexibleMetadata = (version: number): Example => ({
  api: apiKeys.metadata,
  version,
  make: (addresses) =>
    frame(
      correlationId,
      noTags,
      throttle,
      Buffer.from([addresses.length + 1]),
      ...addresses.flatMap(({ host, port }, id) => [
        int32(id),
        compact(host),
        int32(port),
        compact('r'),
        noTags,
      ]),
      rest,
    ),
});

const coordinator = (version: number): Example => ({
  api: apiKeys.findCoordinator,
  version,
  make: ([{ host, port } = { host: '', port: -1 }]) =>
    frame(
      correlationId,
      ...(version >= 1 ? [throttle, int16(0), text('NONE')] : [int16(0)]),
      int32(1),
      text(host),
      int32(port),
    ),
});

const flexibleCoordinators: Example = {
  api: apiKeys.findCoordinator,
  version: 4,
  make: (addresses) =>
    frame(
      correlationId,
      noTags,
      throttle,
      Buffer.from([addresses.length + 1]),
      ...addresses.flatMap(({ host, port }, id) => [
        compact(`group-${id}`),
        int32(id),
        compact(host),
        int32(port),
        int16(0),
        noTags,
        noTags,
      ]),
    ),
};

const cluster: Example = {
  api: apiKeys.describeCluster,
  version: 1,
  make: (addresses) =>
    frame(
      correlationId,
      noTags,
      throttle,
      int16(0),
      noTags,
      Buffer.from([1]),
      compact('cluster'),
      int32(1),
      Buffer.from([addresses.length + 1]),
      ...addresses.flatMap(({ host, port }, id) => [int32(id), compact(host), int32(port), noTags, noTags]),
      rest,
    ),
};

const examples = [
  ...[0, 1, 2, 3, 4, 5, 6].map(metadata),
  ...[9, 12].map(flexibleMetadata),
  ...[0, 1, 2].map(coordinator),
  flexibleCoordinators,
  cluster,
];

describe('the addresses in a response', () => {
  it.each(examples)('are replaced, and nothing else: request $api, version $version', (example) => {
    const before = example.make(brokers);
    const spans = findAddresses(example, before) ?? [];
    expect(spans.map(({ host, port }) => ({ host, port }))).toEqual(
      example.api === apiKeys.findCoordinator && example.version < 4 ? brokers.slice(0, 1) : brokers,
    );
    expect(replaceAddresses(before, spans, moved)).toEqual(example.make(movedBrokers));
  });

  it('are none where a coordinator was not found', () => {
    const missing = coordinator(2).make([{ host: '', port: -1 }]);
    expect(findAddresses({ api: apiKeys.findCoordinator, version: 2 }, missing)).toEqual([]);
    expect(replaceAddresses(missing, [], moved)).toEqual(missing);
  });

  it('are not guessed in versions that are not known', () => {
    expect(findAddresses({ api: apiKeys.metadata, version: 99 }, rest)).toBeUndefined();
  });

  it('are not looked for in other responses', () => {
    expect(bearsAddresses(apiKeys.fetch)).toBe(false);
    expect(findAddresses({ api: apiKeys.fetch, version: 11 }, rest)).toEqual([]);
  });

  it('must lie within the message', () => {
    const cut = metadata(6).make(brokers).subarray(0, 30);
    expect(() => findAddresses({ api: apiKeys.metadata, version: 6 }, cut)).toThrow(/more bytes/);
  });
});

describe('the header of a message', () => {
  it('names the request and its client', () => {
    const request = frame(int16(26), int16(1), correlationId, text('lending'), rest);
    expect(readRequestHeader(request)).toEqual({
      api: 26,
      version: 1,
      correlationId: 77,
      clientId: 'lending',
    });
    expect(readRequestHeader(frame(int16(3), int16(0), correlationId, none)).clientId).toBeUndefined();
  });

  it('names the request that a response answers', () => {
    expect(readCorrelationId(frame(correlationId, rest))).toBe(77);
  });
});
