import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openapiDocument } from './openapi.ts';
import { operations } from './operations.ts';

const COMMITTED = new URL('../../../../docs/openapi.json', import.meta.url);

describe('the OpenAPI document', () => {
  test('is one', async () => {
    const { valid, errors } = await new Validator().validate(openapiDocument());
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  test('is committed as it is served; `kubeedge-sim serve --openapi` writes it anew', () => {
    expect(JSON.parse(readFileSync(COMMITTED, 'utf8'))).toEqual(openapiDocument());
  });

  test('has every operation, once', () => {
    const ids = operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const { paths } = openapiDocument() as { paths: Record<string, Record<string, { operationId: string }>> };
    const documented = Object.values(paths).flatMap((path) =>
      Object.values(path).map((each) => each.operationId),
    );
    expect(documented.toSorted()).toEqual(ids.toSorted());
  });
});
