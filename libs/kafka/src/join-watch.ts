import { type JoinArgs, type JoinResponse, type RequestDefinition, requestTable } from './kafkajs-internals';

const watched = Symbol.for('baton.join-watch');
const watchers = new WeakMap<Buffer, (joined: JoinResponse) => void>();

type WatchableDefinition = RequestDefinition<JoinArgs, JoinResponse> & { [watched]?: true };

/** Makes kafkajs tell the generation id of a join, which its events leave out but every commit must carry. */
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
        watcher(joined);
        return joined;
      };
      return { ...made, response: { ...made.response, parse } };
    };
  };
  definition[watched] = true;
};

/** Calls back with the outcome of the join that carries this very buffer as metadata. */
export const onJoined = (metadata: Buffer, watcher: (joined: JoinResponse) => void): void => {
  watchers.set(metadata, watcher);
};
