import { catalog } from '../catalog/index.ts';
import { faults } from '../faults/index.ts';
import { lookOperations } from './look-operations.ts';
import { natOperations } from './nat-operations.ts';
import { type Operation, operation } from './operation.ts';
import { type Json, schemas } from './schemas.ts';
import { actOperations, lifeOperations } from './world-operations.ts';

const serviceOperations: readonly Operation[] = [
  operation({
    id: 'health',
    method: 'GET',
    path: '/healthz',
    open: true,
    summary: 'Whether the server is there. It needs no token.',
    answers: { 200: { description: 'It is.', schema: schemas.Health } },
    handle: (_asked, { version, worlds }) => ({
      body: { status: 'ok', version, worlds: worlds.list().length } satisfies Json<typeof schemas.Health>,
    }),
  }),
  operation({
    id: 'listScenarios',
    method: 'GET',
    path: '/v1/scenarios',
    summary: 'The scenarios a world can be of, with their cures.',
    answers: { 200: { description: 'All of them.', schema: schemas.ScenarioList } },
    handle: () => ({
      body: {
        scenarios: catalog.map(({ id, title, report, defaults, cures }) => ({
          id,
          title,
          report,
          defaults: { ...defaults },
          cures: cures.map((cure) => ({ id: cure.id, title: cure.title })),
        })),
      } satisfies Json<typeof schemas.ScenarioList>,
    }),
  }),
  operation({
    id: 'listFaults',
    method: 'GET',
    path: '/v1/faults',
    summary: 'The faults that can be put into any scenario.',
    answers: { 200: { description: 'All of them.', schema: schemas.FaultList } },
    handle: () => ({
      body: { faults: faults.map(({ id, title }) => ({ id, title })) } satisfies Json<
        typeof schemas.FaultList
      >,
    }),
  }),
];

/** All that the control API does, in the order of the OpenAPI document. */
export const operations: readonly Operation[] = [
  ...serviceOperations,
  ...lifeOperations,
  ...actOperations,
  ...lookOperations,
  ...natOperations,
];
