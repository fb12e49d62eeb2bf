/** The servers of a stack; `docker-compose.yml` names the same versions. */
export const kafkaVersion = '4.1.1';
export const registryVersion = '3.0.9';

/** Path of the Confluent-compatible API of the registry. */
export const registryPath = '/apis/ccompat/v7';
