/** What the services of a part keep in its database, beside outbox and inbox; nothing in it forbids a doubled effect. */
export const partTables = [
  'CREATE TABLE account (event_type text, key text, shipments bigint NOT NULL, PRIMARY KEY (event_type, key))',
  `CREATE TABLE shipment (n bigserial PRIMARY KEY, id text NOT NULL, event_type text NOT NULL, key text NOT NULL,
    note text NOT NULL)`,
  `CREATE TABLE effect (n bigserial PRIMARY KEY, consumer_group text NOT NULL, id text NOT NULL,
    event_type text NOT NULL, key text NOT NULL, version integer NOT NULL, note text NOT NULL, worker text NOT NULL)`,
] as const;

/** Locks the account, so that the shipments of a key come one after the other, whoever writes them. */
export const lockAccount = `INSERT INTO account (event_type, key, shipments) VALUES ($1, $2, 1)
  ON CONFLICT (event_type, key) DO UPDATE SET shipments = account.shipments + 1`;

export const insertShipment = 'INSERT INTO shipment (id, event_type, key, note) VALUES ($1, $2, $3, $4)';

export const insertEffect = `INSERT INTO effect (consumer_group, id, event_type, key, version, note, worker)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;
