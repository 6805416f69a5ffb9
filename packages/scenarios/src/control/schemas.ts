import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import * as act from './act-schemas.ts';
import * as look from './look-schemas.ts';
import * as nat from './nat-schemas.ts';
import * as world from './world-schemas.ts';

// What goes in and out of the control API, as JSON Schema: it checks requests, makes the types and the OpenAPI document.

/** The type of what a schema lets through. */
export type Json<S extends JSONSchema> = FromSchema<S>;

const problem = {
  type: 'object',
  description: 'Why there is no answer (RFC 9457). `code` is stable, `detail` is for people.',
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', examples: ['no-such-world'] },
    detail: { type: 'string' },
  },
  required: ['title', 'status', 'code', 'detail'],
  additionalProperties: false,
} as const;

const health = {
  type: 'object',
  properties: { status: { const: 'ok' }, version: { type: 'string' }, worlds: { type: 'integer' } },
  required: ['status', 'version', 'worlds'],
  additionalProperties: false,
} as const;

/** By the names they have in the OpenAPI document. */
export const schemas = {
  Text: world.text,
  Cell: world.cell,
  Problem: problem,
  CreateWorld: world.createWorld,
  World: world.world,
  WorldList: world.worldList,
  ScenarioList: world.scenarioList,
  FaultList: world.faultList,
  ActRequest: act.actRequest,
  ActAnswer: act.actAnswer,
  AdvanceRequest: act.advanceRequest,
  TimeAnswer: act.timeAnswer,
  KubectlRequest: act.kubectlRequest,
  CurlRequest: act.curlRequest,
  CommandAnswer: act.commandAnswer,
  IptablesRequest: nat.iptablesRequest,
  RouteRequest: nat.routeRequest,
  Diagnosis: look.diagnosis,
  TraceEvent: look.traceEvent,
  Health: health,
} as const;
