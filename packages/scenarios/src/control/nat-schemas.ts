const host = { type: 'string', minLength: 1, maxLength: 100, examples: ['master-1'] } as const;
const words = {
  type: 'array',
  items: { type: 'string', maxLength: 1_000 },
  maxItems: 64,
} as const;

export const iptablesRequest = {
  type: 'object',
  properties: {
    host: { ...host, description: 'Default: the API server’s.' },
    command: { enum: ['iptables', 'iptables-save', 'iptables-restore'], description: 'Default iptables.' },
    words: { ...words, examples: [['-t', 'nat', '-L', '-n']] },
    input: { type: 'string', maxLength: 60_000, description: 'Of iptables-restore: what it reads.' },
  },
  additionalProperties: false,
} as const;

export const routeRequest = {
  type: 'object',
  properties: {
    caller: {
      type: 'string',
      minLength: 1,
      maxLength: 300,
      description: 'A host, or a pod on one: pod:namespace/name@host.',
      examples: ['master-1'],
    },
    to: { type: 'string', maxLength: 100, examples: ['10.66.0.11:10350'] },
    from: { type: 'string', maxLength: 100, description: 'Address of the pod that dials.' },
    rehearse: {
      type: 'string',
      maxLength: 4_000,
      description:
        'Calls of iptables to be tried on copies; without caller or to, all of them are looked at.',
      examples: ['iptables -F && iptables -t nat -F'],
    },
    hosts: { type: 'array', items: host, maxItems: 64, description: 'Of a rehearsal; default: the cloud’s.' },
  },
  additionalProperties: false,
} as const;
