// Worlds and what they can be of, as the control API shows them.

export const text = {
  type: 'object',
  description: 'A text for people.',
  properties: { en: { type: 'string' }, zh: { type: 'string' } },
  required: ['en', 'zh'],
  additionalProperties: false,
} as const;

const version = (example: string) =>
  ({ type: 'string', minLength: 1, maxLength: 100, examples: [example] }) as const;

export const cell = {
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

export const createWorld = {
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
    preset: {
      type: 'string',
      minLength: 1,
      maxLength: 100,
      description: "Name of a preset: its cluster in place of the scenario's own.",
      examples: ['kubesphere-3.1.0'],
    },
    cluster: {
      type: 'object',
      description:
        'The same with a cluster of its own; packages/scenarios/cluster.schema.json is its schema.',
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
    ksApiserver: { type: 'string', description: 'Of a cluster with KubeSphere.' },
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

export const world = {
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

export const worldList = {
  type: 'object',
  properties: { worlds: { type: 'array', items: world } },
  required: ['worlds'],
  additionalProperties: false,
} as const;

export const scenarioList = {
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

export const faultList = {
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
