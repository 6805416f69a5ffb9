import { world } from './world-schemas.ts';

// What can be done in a world.

export const actRequest = {
  type: 'object',
  description: 'An action in the words of `act`, as one string or word by word; `cure <id>` is one, too.',
  properties: {
    action: { type: 'string', minLength: 1, maxLength: 1_000, examples: ['cure docker'] },
    words: {
      type: 'array',
      items: { type: 'string', maxLength: 1_000 },
      minItems: 1,
      maxItems: 64,
      examples: [['docker', 'edge-node-1', '20.10.24']],
    },
  },
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
} as const;

export const actAnswer = {
  type: 'object',
  properties: { done: { type: 'array', items: { type: 'string' }, description: 'What was done, in words.' } },
  required: ['done'],
  additionalProperties: false,
} as const;

/** world.run's own limit: a run may take an hour of virtual time. */
const ADVANCE_MS_MAX = 3_600_000;

export const advanceRequest = {
  type: 'object',
  properties: {
    ms: { type: 'integer', minimum: 0, maximum: ADVANCE_MS_MAX, description: 'At most an hour.' },
  },
  required: ['ms'],
  additionalProperties: false,
} as const;

export const timeAnswer = {
  type: 'object',
  properties: { nowMs: world.properties.nowMs, lastEvent: world.properties.lastEvent },
  required: ['nowMs', 'lastEvent'],
  additionalProperties: false,
} as const;

export const kubectlRequest = {
  type: 'object',
  properties: {
    args: {
      type: 'array',
      items: { type: 'string', maxLength: 1_000 },
      maxItems: 64,
      examples: [['top', 'pod', '-A']],
    },
  },
  required: ['args'],
  additionalProperties: false,
} as const;

export const curlRequest = {
  type: 'object',
  properties: {
    node: { type: 'string', minLength: 1, maxLength: 100, examples: ['edge-node-1'] },
    url: {
      type: 'string',
      minLength: 1,
      maxLength: 2_000,
      description:
        "http: or https:. 127.0.0.1 is the node's own loopback; there are only hosts of the world.",
      examples: ['http://127.0.0.1:10350/stats/summary'],
    },
    maxTimeSeconds: { type: 'number', exclusiveMinimum: 0, maximum: 120, description: 'curl -m' },
    withStatus: { type: 'boolean', description: "curl -w '\\nHTTP %{http_code}, %{size_download} bytes'" },
  },
  required: ['node', 'url'],
  additionalProperties: false,
} as const;

export const commandAnswer = {
  type: 'object',
  properties: { stdout: { type: 'string' }, stderr: { type: 'string' }, exitCode: { type: 'integer' } },
  required: ['stdout', 'stderr', 'exitCode'],
  additionalProperties: false,
} as const;
