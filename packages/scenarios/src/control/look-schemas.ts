import { text } from './world-schemas.ts';

// What can be seen of a world.

const evidence = {
  type: 'array',
  items: { type: 'integer' },
  description: 'Ids of the events that prove it.',
} as const;

export const diagnosis = {
  type: 'object',
  description: 'What a look found, and why it is so.',
  properties: {
    outcome: { enum: ['symptom', 'healthy', 'other'] },
    causes: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string', examples: ['engine-refuses-cadvisor'] },
          text,
          layer: text,
          hop: { enum: ['caller', 'nat', 'stream', 'tunnel', 'edgestream', 'edged', 'cadvisor', 'docker'] },
          cures: { type: 'array', items: { type: 'string' } },
          evidence,
        },
        required: ['id', 'text', 'layer', 'hop', 'cures', 'evidence'],
        additionalProperties: false,
      },
    },
    explanation: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, text, evidence },
        required: ['id', 'text', 'evidence'],
        additionalProperties: false,
      },
    },
    observations: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          title: text,
          where: { type: 'string' },
          command: { type: 'string' },
          output: { type: 'string' },
          exitCode: { type: 'integer' },
          facts: { type: 'object', description: 'What of it matters; keys depend on the observation.' },
        },
        required: ['id', 'title', 'where', 'command', 'output', 'exitCode', 'facts'],
        additionalProperties: false,
      },
    },
  },
  required: ['outcome', 'causes', 'explanation', 'observations'],
  additionalProperties: false,
} as const;

export const traceEvent = {
  type: 'object',
  description: 'One event, one line; docs/trace.md lists the kinds.',
  properties: {
    id: { type: 'integer' },
    atMs: { type: 'number' },
    parent: { type: 'integer' },
    host: { type: 'string' },
    component: { type: 'string' },
    kind: { type: 'string' },
    detail: { type: 'object' },
  },
  required: ['id', 'atMs', 'host', 'component', 'kind', 'detail'],
  additionalProperties: false,
} as const;
