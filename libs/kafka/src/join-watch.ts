import { type JoinArgs, type JoinResponse, type RequestDefinition, requestTable } from './kafkajs-internals';

const watched = Symbol.for('baton.join-watch');
const watchers = new WeakMap<Buffer, JoinWatcher>();

export interface JoinWatcher {
  /** The request is sent once this has resolved; never rejects. */
  before(): Promise<void>;
  joined(response: JoinResponse): void;
}

type WatchableDefinition = RequestDefinition<JoinArgs, JoinResponse> & { [watched]?: true };

/**
 * Makes kafkajs wait before a join, while the broker still takes commits of the generation that ends, and tell its
 * generation id, which its events leave out but every commit must carry.
 */
export const watchJoins = (): void => {
  const definition: WatchableDefinition = requestTable().requests.JoinGroup;
  if (definition[watched]) return;
  const stock = definition.protocol;
  definition.protocol = (version) => {
    const make = stock(version);
    return (args) => {
      const made = make(args);
      const watcher = args.groupProtocols
        .map(({ metadata }) => metadata && watchers.get(metadata))
        .find(Boolean);
      if (watcher === undefined) return made;
      const parse = async (decoded: JoinResponse) => {
        const joined = await made.response.parse(decoded);
        watcher.joined(joined);
        return joined;
      };
      const encode = async () => {
        await watcher.before();
        return made.request.encode();
      };
      return { ...made, request: { ...made.request, encode }, response: { ...made.response, parse } };
    };
  };
  definition[watched] = true;
};

/** Calls before and after the join that carries this very buffer as metadata. */
export const watchJoin = (metadata: Buffer, watcher: JoinWatcher): void => {
  watchers.set(metadata, watcher);
};
