import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

// What goes in and out of the control API, as JSON Schema: it checks requests, makes the types and the OpenAPI document.

/** The type of what a schema lets through. */
export type Json<S extends JSONSchema> = FromSchema<S>;

const text = {
  type: 'object',
  description: 'A text for people.',
  properties: { en: { type: 'string' }, zh: { type: 'string' } },
  required: ['en', 'zh'],
  additionalProperties: false,
} as const;

const version = (example: string) =>
  ({ type: 'string', minLength: 1, maxLength: 100, examples: [example] }) as const;

const cell = {
  type: 'object',
  description: 'The versions a world is played with.',
  properties: {
    edgecore: version('v1.6.1'),
    cloudcore: version('v1.6.1'),
    docker: version('18.09.1'),
    metricsServer: version('v0.4.2'),
  },
  required: ['edgecore', 'cloudcore', 'docker', 'metricsServer'],
  additionalProperties: false,
} as const;

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

const createWorld = {
  type: 'object',
  description: 'What a world is to be of. Everything has a default.',
  properties: {
    scenario: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description: 'Id of a scenario; default missing-pod-metrics.',
      examples: ['missing-pod-metrics'],
    },
    ...cell.properties,
    faults: {
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 100 },
      maxItems: 32,
      description: "Ids of faults on top of the scenario's own.",
    },
    without: { type: 'boolean', description: 'Without what makes the scenario fail. Default false.' },
    seed: { type: 'integer', minimum: 0, maximum: 999_999_999, description: 'Repeats a run; default 1.' },
    net: {
      enum: ['memory', 'loopback'],
      description: 'memory (default): virtual time, repeatable. loopback: real sockets and real time.',
    },
    links: {
      type: 'boolean',
      description: 'On loopback: lets the lines between nodes be cut and delayed. Default false.',
    },
    settled: {
      type: 'boolean',
      description:
        'Answer when tunnels are open and metrics-server has scraped; default true. On loopback: half a minute.',
    },
  },
  additionalProperties: false,
} as const;

const endpoints = {
  type: 'object',
  description:
    'URLs for real clients, on loopback. Certificates are throw-away: clients must not check them.',
  properties: {
    apiserver: { type: 'string' },
    streamServer: { type: 'string' },
    tunnelServer: { type: 'string' },
    metricsServer: { type: 'string' },
    edges: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          node: { type: 'string' },
          kubelet: { type: 'string', description: 'Port 10350 of the node, by DNAT and tunnel.' },
          edged: { type: 'string', description: "edged on the edge's own loopback." },
        },
        required: ['node', 'kubelet', 'edged'],
        additionalProperties: false,
      },
    },
  },
  required: ['apiserver', 'streamServer', 'tunnelServer', 'metricsServer', 'edges'],
  additionalProperties: false,
} as const;

const world = {
  type: 'object',
  description: 'A running cluster.',
  properties: {
    id: { type: 'string', examples: ['w1'] },
    scenario: { type: 'string' },
    title: text,
    cell,
    faults: { type: 'array', items: { type: 'string' } },
    seed: { type: 'integer' },
    net: { enum: ['memory', 'loopback'] },
    edge: { type: 'string', description: 'The edge under study.' },
    nodes: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          role: { enum: ['cloud', 'edge'] },
          address: { type: 'string', description: 'As the cluster describes it.' },
        },
        required: ['name', 'role', 'address'],
        additionalProperties: false,
      },
    },
    cures: { type: 'array', items: { type: 'string' }, description: 'Ids that `cure <id>` takes.' },
    nowMs: { type: 'number', description: "The world's clock, milliseconds since the epoch." },
    lastEvent: { type: 'integer', description: 'Id of the latest event of the trace, 0 before the first.' },
    endpoints: { ...endpoints, description: `${endpoints.description} Absent on memory.` },
  },
  required: [
    'id',
    'scenario',
    'title',
    'cell',
    'faults',
    'seed',
    'net',
    'edge',
    'nodes',
    'cures',
    'nowMs',
    'lastEvent',
  ],
  additionalProperties: false,
} as const;

const worldList = {
  type: 'object',
  properties: { worlds: { type: 'array', items: world } },
  required: ['worlds'],
  additionalProperties: false,
} as const;

const scenarioList = {
  type: 'object',
  properties: {
    scenarios: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          title: text,
          report: text,
          defaults: cell,
          cures: {
            type: 'array',
            items: {
              type: 'object',
              properties: { id: { type: 'string' }, title: text },
              required: ['id', 'title'],
              additionalProperties: false,
            },
          },
        },
        required: ['id', 'title', 'report', 'defaults', 'cures'],
        additionalProperties: false,
      },
    },
  },
  required: ['scenarios'],
  additionalProperties: false,
} as const;

const faultList = {
  type: 'object',
  properties: {
    faults: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, title: text },
        required: ['id', 'title'],
        additionalProperties: false,
      },
    },
  },
  required: ['faults'],
  additionalProperties: false,
} as const;

const actRequest = {
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

const actAnswer = {
  type: 'object',
  properties: { done: { type: 'array', items: { type: 'string' }, description: 'What was done, in words.' } },
  required: ['done'],
  additionalProperties: false,
} as const;

/** world.run's own limit: a run may take an hour of virtual time. */
const ADVANCE_MS_MAX = 3_600_000;

const advanceRequest = {
  type: 'object',
  properties: {
    ms: { type: 'number', minimum: 0, maximum: ADVANCE_MS_MAX, description: 'At most an hour.' },
  },
  required: ['ms'],
  additionalProperties: false,
} as const;

const timeAnswer = {
  type: 'object',
  properties: { nowMs: world.properties.nowMs, lastEvent: world.properties.lastEvent },
  required: ['nowMs', 'lastEvent'],
  additionalProperties: false,
} as const;

const kubectlRequest = {
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

const curlRequest = {
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

const commandAnswer = {
  type: 'object',
  properties: { stdout: { type: 'string' }, stderr: { type: 'string' }, exitCode: { type: 'integer' } },
  required: ['stdout', 'stderr', 'exitCode'],
  additionalProperties: false,
} as const;

const evidence = {
  type: 'array',
  items: { type: 'integer' },
  description: 'Ids of the events that prove it.',
} as const;

const diagnosis = {
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

const traceEvent = {
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

const health = {
  type: 'object',
  properties: { status: { const: 'ok' }, version: { type: 'string' }, worlds: { type: 'integer' } },
  required: ['status', 'version', 'worlds'],
  additionalProperties: false,
} as const;

/** By the names they have in the OpenAPI document. */
export const schemas = {
  Text: text,
  Cell: cell,
  Problem: problem,
  CreateWorld: createWorld,
  World: world,
  WorldList: worldList,
  ScenarioList: scenarioList,
  FaultList: faultList,
  ActRequest: actRequest,
  ActAnswer: actAnswer,
  AdvanceRequest: advanceRequest,
  TimeAnswer: timeAnswer,
  KubectlRequest: kubectlRequest,
  CurlRequest: curlRequest,
  CommandAnswer: commandAnswer,
  Diagnosis: diagnosis,
  TraceEvent: traceEvent,
  Health: health,
} as const;
