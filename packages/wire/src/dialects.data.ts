import type { ReleaseRow } from './dialect.ts';

// One row per KubeEdge release. Data only: what differs by release is looked up, never compared by version.
// Every path below is in kubeedge/kubeedge at the row's tag. Types, caps and headers were read at all tags.
// The toolchain is the one cloudcore was built with, since cloudcore writes the CONNECT payloads.

const typesTo4 = [0, 1, 2, 3, 4];
const typesTo5 = [0, 1, 2, 3, 4, 5];
const typesTo6 = [0, 1, 2, 3, 4, 5, 6];

// common/constants/default.go MaxRespBodyLength
const oneMiB = 1_048_576;

// pkg/stream/constants.go
const headersMisspelt = {
  hostnameHeadersSent: ['SessionHostNameOveride'],
  hostnameHeadersRead: ['SessionHostNameOveride'],
};
const headersBoth = {
  hostnameHeadersSent: ['SessionHostNameOverride', 'SessionHostNameOveride'],
  hostnameHeadersRead: ['SessionHostNameOverride', 'SessionHostNameOveride'],
};
const headersFixed = {
  hostnameHeadersSent: ['SessionHostNameOverride'],
  hostnameHeadersRead: ['SessionHostNameOverride'],
};

// Go net/url/url.go type URL, in struct order: RawFragment since Go 1.15, OmitHost since Go 1.19.
// Go encoding/json/encode.go: short escapes for backspace and form feed since Go 1.22.
const jsonUpTo14 = {
  urlJsonFields: [
    'Scheme', 'Opaque', 'User', 'Host', 'Path', 'RawPath', 'ForceQuery', 'RawQuery', 'Fragment',
  ],
  jsonShortEscapes: false,
} as const;
const jsonFrom15 = {
  urlJsonFields: [
    'Scheme', 'Opaque', 'User', 'Host', 'Path', 'RawPath', 'ForceQuery', 'RawQuery', 'Fragment',
    'RawFragment',
  ],
  jsonShortEscapes: false,
} as const;
const jsonFrom19 = {
  urlJsonFields: [
    'Scheme', 'Opaque', 'User', 'Host', 'Path', 'RawPath', 'OmitHost', 'ForceQuery', 'RawQuery', 'Fragment',
    'RawFragment',
  ],
  jsonShortEscapes: false,
} as const;
const jsonFrom22 = { ...jsonFrom19, jsonShortEscapes: true } as const;

export const releaseRows = [
  // v1.2.x has neither cloudstream nor edgestream (no pkg/stream at v1.2.1).
  { release: 'v1.2.0', tunnel: false },
  { release: 'v1.2.1', tunnel: false },

  // Toolchain: build/cloud/Dockerfile golang:1.13.8-alpine3.10, .travis.yml 1.13.
  // Cap: none, pkg/stream/message.go ReadMessageFromTunnel. Headers: pkg/stream/constants.go.
  {
    release: 'v1.3.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.13', ...jsonUpTo14,
  },
  {
    release: 'v1.3.1', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.13', ...jsonUpTo14,
  },

  // Toolchain of v1.4.0 to v1.8.2: build/cloud/Dockerfile golang:1.14-alpine3.11, .travis.yml 1.14,
  // from v1.6.0 .github/workflows/main.yaml 1.14.x. The release tarballs were made outside these files,
  // so for them 1.14 is likely, not proven. The captures in fixtures/ come from a Go 1.19 build instead.
  {
    release: 'v1.4.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.5.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.6.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.6.1', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.6.2', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersMisspelt, goVersion: '1.14', ...jsonUpTo14,
  },

  // Headers: both spellings are sent and read, pkg/stream/constants.go v1.7.0 (last: v1.8.2).
  {
    release: 'v1.7.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.7.1', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.7.2', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.8.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.8.1', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },
  {
    release: 'v1.8.2', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersBoth, goVersion: '1.14', ...jsonUpTo14,
  },

  // Toolchain of v1.9.x to v1.12.x: build/cloud/Dockerfile golang:1.16-alpine3.13 (the cloudcore image). The
  // tarballs are less clear: .github/workflows/release.yml makes them in kubeedge/build-tools without a tag
  // (v1.9.3 to v1.9.5, v1.10.1, v1.11.1 and later) or with the runner's own Go (v1.10.2, v1.10.3), and
  // build/docker/build-tools/build-tools.dockerfile says 1.17 from v1.10.0 on. Both write the same JSON.
  // Headers: the misspelt one is gone, pkg/stream/constants.go v1.9.0.
  // Cap by patch level, pkg/stream/message.go: v1.9.4, v1.10.2, v1.11.1, every release from v1.12.0 on.
  {
    release: 'v1.9.0', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.9.1', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.9.2', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.9.3', tunnel: true, messageTypes: typesTo4, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.9.4', tunnel: true, messageTypes: typesTo4, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.9.5', tunnel: true, messageTypes: typesTo4, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },

  // Types: CLOSE_CONNECT is new, pkg/stream/message.go v1.10.0.
  {
    release: 'v1.10.0', tunnel: true, messageTypes: typesTo5, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.10.1', tunnel: true, messageTypes: typesTo5, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.10.2', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.10.3', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.11.0', tunnel: true, messageTypes: typesTo5, bodyBytesMax: null,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.11.1', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.11.2', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.11.3', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },

  // Toolchain of v1.12.x: as above; .github/workflows/main.yaml tests with 1.17.x.
  {
    release: 'v1.12.0', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.1', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.2', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.3', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.4', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.5', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.6', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },
  {
    release: 'v1.12.7', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.16', ...jsonFrom15,
  },

  // Toolchain of v1.13.x: build/cloud/Dockerfile golang:1.17.13-alpine3.16, build-tools.dockerfile go1.17.13
  // (release.yml still pulls build-tools without a tag).
  {
    release: 'v1.13.0', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.13.1', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.13.2', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.13.3', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.13.4', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.13.5', tunnel: true, messageTypes: typesTo5, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },

  // Toolchain of v1.14.x: build/cloud/Dockerfile golang:1.17.13-alpine3.16, release.yml
  // build-tools:1.17.13-ke1.
  // Types: ATTACH_CONNECT is new, pkg/stream/constants.go v1.14.0.
  {
    release: 'v1.14.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.14.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.14.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.14.3', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.14.4', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },
  {
    release: 'v1.14.5', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.17', ...jsonFrom15,
  },

  // Toolchain of v1.15.x: build/cloud/Dockerfile golang:1.19.12-alpine3.17, release.yml
  // build-tools:1.19.12-ke2.
  {
    release: 'v1.15.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.19', ...jsonFrom19,
  },
  {
    release: 'v1.15.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.19', ...jsonFrom19,
  },
  {
    release: 'v1.15.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.19', ...jsonFrom19,
  },
  {
    release: 'v1.15.3', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.19', ...jsonFrom19,
  },
  {
    release: 'v1.15.4', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.19', ...jsonFrom19,
  },

  // Toolchain of v1.16.x and v1.17.x: golang:1.20.10-alpine3.18, release.yml build-tools:1.20.10-ke1.
  {
    release: 'v1.16.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.3', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.4', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.5', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.16.6', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.3', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.4', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },
  {
    release: 'v1.17.5', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.20', ...jsonFrom19,
  },

  // Toolchain of v1.18.x and v1.19.x: golang:1.21.11-alpine3.19, release.yml build-tools:1.21.11-ke1.
  {
    release: 'v1.18.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.18.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.18.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.18.3', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.19.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.19.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },
  {
    release: 'v1.19.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.21', ...jsonFrom19,
  },

  // Toolchain of v1.20.x to v1.22.x: golang:1.22.9-alpine3.19, release.yml build-tools:1.22.9-ke1.
  {
    release: 'v1.20.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.21.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.21.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.21.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.22.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.22.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },
  {
    release: 'v1.22.2', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.22', ...jsonFrom22,
  },

  // Toolchain of v1.23.x: golang:1.23.12-alpine3.21, release.yml build-tools:1.23.12-ke1.
  {
    release: 'v1.23.0', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.23', ...jsonFrom22,
  },
  {
    release: 'v1.23.1', tunnel: true, messageTypes: typesTo6, bodyBytesMax: oneMiB,
    ...headersFixed, goVersion: '1.23', ...jsonFrom22,
  },
] as const satisfies readonly ReleaseRow[];
