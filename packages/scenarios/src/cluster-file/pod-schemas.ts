import { address, count, cpu, duration, label, name, size, text, texts } from './scalar-schemas.ts';

// The pods of a cluster file: their containers, what these use and print.

export const workload = (title: string, description: string, cpuDefault: string, memoryDefault: string) =>
  ({
    type: 'object',
    title,
    description,
    default: {},
    properties: {
      shape: {
        enum: ['steady', 'ramp', 'burst', 'idle'],
        default: 'steady',
        description: 'How its use goes over time.',
      },
      cpu: cpu('CPU at its level: cores, or thousandths with m.', cpuDefault),
      memory: size('Memory at its level.', memoryDefault),
    },
    additionalProperties: false,
  }) as const;

const resources = {
  type: 'object',
  title: 'ResourcesFile',
  description: 'As in a pod manifest; none unless given.',
  properties: { cpu: cpu('CPU.'), memory: size('Memory.') },
  additionalProperties: false,
} as const;

const log = {
  type: 'object',
  title: 'LogFile',
  description: 'What it prints; nothing unless given.',
  properties: {
    shape: {
      enum: ['steady', 'burst', 'multi-line', 'endless'],
      default: 'steady',
      description: 'One line each time, several, a text of several lines, or lines without pause.',
    },
    every: duration('How often.', '15s'),
    lines: { ...count('Lines each time, of a burst; 5 unless given.', 1_000), minimum: 1 },
    text: {
      type: 'string',
      maxLength: 100_000,
      description: 'The line; {n} in it is its number.',
      default: 'line {n}',
    },
    stream: { enum: ['stdout', 'stderr'], default: 'stdout', description: 'Where to.' },
  },
  additionalProperties: false,
} as const;

const container = {
  type: 'object',
  title: 'ContainerFile',
  properties: {
    name: { ...text('Its name in the pod.', ['nginx']), pattern: `^${label}$` },
    image: text('Its image.', ['nginx:1.19']),
    command: {
      type: 'array',
      items: { type: 'string', maxLength: 10_000 },
      description: 'Its command; that of its image unless given.',
    },
    requests: resources,
    limits: resources,
    workload: workload('WorkloadFile', 'What it uses.', '20m', '16Mi'),
    log,
    stdin: {
      type: 'boolean',
      default: false,
      description: 'Its main process has a stdin that is kept open.',
    },
    tty: { type: 'boolean', default: false, description: 'Its main process has a terminal.' },
    env: texts('Environment variables.'),
    files: texts('Texts of files by their path, beside the few that every simulated container has.'),
    previous: {
      type: 'object',
      title: 'PreviousRunFile',
      description: 'An earlier run: the container was restarted once. None unless given.',
      properties: {
        startedAgo: duration('When it began.'),
        finishedAgo: duration('When it ended.'),
        exitCode: count('How it ended.', 255),
      },
      required: ['startedAgo', 'finishedAgo', 'exitCode'],
      additionalProperties: false,
    },
  },
  required: ['name', 'image'],
  additionalProperties: false,
} as const;

const pod = {
  type: ['object', 'null'],
  title: 'PodFile',
  properties: {
    labels: texts('Labels.'),
    age: duration('Time since it was made.', '2d'),
    startedAfter: duration('Time from then until it ran.', '9s'),
    hostNetwork: { type: 'boolean', default: false, description: "It has the node's address." },
    ip: address('Its address; 172.17.0.2 and on, by its place among the pods of its node.', '172.17.0.2'),
    uid: {
      ...text('A UUID; made from its name unless given.', ['0f9a2c1e-1111-4000-8000-000000000001']),
      pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    },
    containers: {
      type: 'array',
      items: container,
      minItems: 1,
      maxItems: 64,
      description: 'One of nginx:1.19 unless given.',
    },
  },
  additionalProperties: false,
} as const;

export const pods = {
  type: 'object',
  description: 'Pods that run on it, by `namespace/name`; null takes away one that was inherited.',
  default: {},
  maxProperties: 500,
  propertyNames: { pattern: `^${label}/${name.slice(1)}` },
  additionalProperties: pod,
} as const;
