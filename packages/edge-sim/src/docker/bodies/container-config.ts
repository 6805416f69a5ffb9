/** What a Config object says of one container or image; the rest of it is the same for all. */
export interface ConfigParts {
  readonly hostname?: string;
  readonly env?: readonly string[];
  readonly command?: readonly string[];
  readonly image?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The Config object of an inspect answer. Source: api/types/container/config.go. */
export function containerConfig(parts: ConfigParts): Record<string, unknown> {
  return {
    Hostname: parts.hostname ?? '',
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: parts.env ?? null,
    Cmd: parts.command ?? null,
    Image: parts.image ?? '',
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: parts.labels ?? null,
  };
}
