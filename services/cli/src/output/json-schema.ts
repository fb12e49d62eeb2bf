import { z } from 'zod';

/** The JSON Schema of an output document, as it is published under docs/reference/output. */
export const jsonSchemaOf = (title: string, shape: z.ZodType): Readonly<Record<string, unknown>> => ({
  title,
  ...z.toJSONSchema(shape, {
    target: 'draft-2020-12',
    io: 'output',
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema.readOnly;
      const patternKeys = z.globalRegistry.get(zodSchema)?.patternKeys;
      if (typeof patternKeys !== 'string') return;
      jsonSchema.patternProperties = {
        [patternKeys]: jsonSchema.additionalProperties as z.core.JSONSchema.JSONSchema,
      };
      jsonSchema.additionalProperties = false;
      delete jsonSchema.patternKeys;
    },
  }),
});
