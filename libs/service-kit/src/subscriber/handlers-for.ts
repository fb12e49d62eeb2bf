/** The handlers of the versions that an instance is to handle: what one release of a service has, another has not. */
export const handlersFor = <H extends Readonly<Record<number, unknown>>>(
  handlers: H,
  versions: readonly number[],
): Partial<H> =>
  Object.fromEntries(
    Object.entries(handlers).filter(([version]) => versions.includes(Number(version))),
  ) as Partial<H>;
