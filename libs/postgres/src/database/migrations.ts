/** One step of the schema. What was released is never changed; what is to be changed becomes a further step. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Run one by one, in one transaction. */
  readonly statements: readonly string[];
}

const outbox = [
  `CREATE TABLE baton.outbox_range (
  source text NOT NULL,
  range smallint NOT NULL,
  newest_stamp bigint NOT NULL DEFAULT 0,
  retired text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (source, range)
)`,
  `CREATE TABLE baton.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL,
  source text NOT NULL,
  event_type text NOT NULL,
  version smallint NOT NULL,
  key text NOT NULL,
  range smallint NOT NULL,
  data json NOT NULL,
  bytes integer NOT NULL,
  traceparent text,
  inserted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at bigint,
  partition integer,
  published integer[],
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'parked')),
  settled_at timestamptz,
  problem json,
  UNIQUE (source, id),
  CHECK ((created_at IS NULL) = (partition IS NULL) AND (created_at IS NULL) = (published IS NULL)),
  CHECK (state <> 'sent' OR created_at IS NOT NULL)
)`,
  `CREATE INDEX outbox_new ON baton.outbox (source, range, seq) WHERE state = 'open' AND created_at IS NULL`,
  `CREATE INDEX outbox_stamped ON baton.outbox (source, range, seq) WHERE state = 'open' AND created_at IS NOT NULL`,
  `CREATE INDEX outbox_parked ON baton.outbox (source, event_type, key) WHERE state = 'parked'`,
  `CREATE INDEX outbox_sent ON baton.outbox (settled_at) WHERE state = 'sent'`,
];

const inbox = [
  `CREATE TABLE baton.inbox (
  consumer_group text NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  version smallint NOT NULL,
  created_at bigint NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (consumer_group, source, event_id)
)`,
  `CREATE INDEX inbox_handled ON baton.inbox (consumer_group, handled_at)`,
  `CREATE TABLE baton.inbox_owner (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  generation bigint NOT NULL,
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (consumer_group, topic, partition)
)`,
  `CREATE FUNCTION baton.assert_lease() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT lease_until FROM baton.inbox WHERE consumer_group = NEW.consumer_group
      AND source = NEW.source AND event_id = NEW.event_id) < clock_timestamp() THEN
    RAISE EXCEPTION 'the lease ended before the commit' USING ERRCODE = 'BT001';
  END IF;
  RETURN NULL;
END $$`,
  `CREATE CONSTRAINT TRIGGER inbox_lease AFTER INSERT ON baton.inbox
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION baton.assert_lease()`,
];

/** All steps, in order. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'outbox', statements: outbox },
  { number: 2, name: 'inbox', statements: inbox },
  {
    number: 3,
    name: 'count of retirements',
    statements: ['ALTER TABLE baton.outbox_range ADD COLUMN retirements bigint NOT NULL DEFAULT 0'],
  },
];
