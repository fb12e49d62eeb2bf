import type { BrokerOptions } from './state';

/** Adds further listeners of the loopback interface to the settings of a broker; the usual one stays as it is. */
export const withListeners = (
  settings: Readonly<Record<string, string>>,
  listeners: BrokerOptions['listeners'] = [],
): Readonly<Record<string, string>> => {
  if (listeners.length === 0) return settings;
  const addresses = listeners.map(({ name, port }) => `${name}://127.0.0.1:${port}`);
  const protocols = listeners.map(({ name, protocol }) => `${name}:${protocol}`);
  const own = listeners.flatMap(({ name, settings: inner = {} }) =>
    Object.entries(inner).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
  );
  return {
    ...settings,
    listeners: [settings.listeners, ...addresses].join(','),
    'advertised.listeners': [settings['advertised.listeners'], ...addresses].join(','),
    'listener.security.protocol.map': [settings['listener.security.protocol.map'], ...protocols].join(','),
    ...Object.fromEntries(own),
  };
};

/** The arguments by which new storage gets users of SCRAM. */
export const scramArguments = (users: BrokerOptions['scramUsers'] = {}): readonly string[] =>
  Object.entries(users).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
