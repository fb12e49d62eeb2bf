import { connectionPrototype, type RawConnection } from './kafkajs-internals';

const installed = Symbol.for('baton.fresh-connections');

/** The size of the length that every answer begins with. */
const lengthBytes = 4;

/**
 * Makes kafkajs begin each connection with an empty buffer. Its own way goes on with what was left of a message when the
 * last one broke off: then nothing of the new connection is understood, requests time out, and bytes that are no length
 * end the process.
 */
export const installFreshConnections = (): void => {
  const prototype: RawConnection & { [installed]?: true } = connectionPrototype();
  if (prototype[installed]) return;
  const stock = prototype.connect;
  prototype.connect = function connect(this: RawConnection) {
    if (!this.isConnected()) begin(this);
    return stock.call(this);
  };
  prototype[installed] = true;
};

/** What the last socket still brings belongs to nobody, and flows on so that its end is seen. */
const begin = (connection: RawConnection): void => {
  connection.socket?.removeAllListeners('data');
  connection.socket?.resume();
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = lengthBytes;
};
