import net from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** Connections that a test can cut, refuse, or let fall silent. */
export const createUnreliableNetwork = () => {
  const sockets = new Set<net.Socket>();
  let state: 'up' | 'down' = 'up';
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = net.connect(state === 'up' ? { host, port } : { host: '127.0.0.1', port: 1 }, onConnect);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  return {
    socketFactory,
    /** Ends every connection, and refuses new ones until `restore`. */
    cut: () => {
      state = 'down';
      for (const socket of sockets) socket.destroy(new Error('cut by the test'));
    },
    restore: () => {
      state = 'up';
    },
    /** Keeps connections open and delivers nothing of what the broker answers. */
    silence: () => {
      for (const socket of sockets) socket.removeAllListeners('data');
    },
    openConnections: () => sockets.size,
  };
};
