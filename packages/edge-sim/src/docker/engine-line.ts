/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One release of the engine. Versions of the API are `major.minor` strings. */
export interface EnginePatch {
  /** As the engine itself reports it, e.g. `18.09.1`, `17.06.2-ce`. */
  readonly version: string;
  /** Day of the release, `YYYY-MM-DD`. */
  readonly released: string;
  /** Newest API version it serves; also the one an un-versioned path means. */
  readonly apiMax: string;
  /** Oldest API version it serves unless configured otherwise. */
  readonly apiMin: string;
  /** Go toolchain its Dockerfile names, e.g. `1.10.6`. */
  readonly goVersion: string;
  /** First seven digits of the source's commit. */
  readonly gitCommit: string;
}

/** Header names in the spelling and order in which Go writes them. */
export type EngineHeader = 'Api-Version' | 'Docker-Experimental' | 'Ostype' | 'Server';

/**
 * The fields of an answer in the order of the source's struct; a `?` at the end means: left out when empty.
 */
export interface EngineFields {
  readonly version: readonly string[];
  readonly info: readonly string[];
  readonly containerSummary: readonly string[];
  readonly containerInspect: readonly string[];
  readonly imageSummary: readonly string[];
  readonly imageInspect: readonly string[];
}

/**
 * What the releases of a line have in common. Templates name their parts as `{client}`, `{max}`, `{min}` …
 */
export interface EngineTraits {
  readonly os: string;
  /** GOARCH of the official build. */
  readonly arch: string;
  /** Platform.Name of /version; '' where the build has none or the field does not exist yet. */
  readonly platformName: string;
  /**
   * How a client newer than the engine is answered: its request is served as any other, or refused with 400.
   */
  readonly tooNew: 'not-checked' | { readonly template: string };
  /** How a client older than the minimum is answered, with 400. */
  readonly tooOld: { readonly template: string };
  /** Whether the minimum may be set, from `floor` up to the maximum, and by what; null = compiled in. */
  readonly minApiConfig: null | { readonly floor: string; readonly by: readonly string[] };
  /**
   * Errors to paths of an API version below this are plain text instead of JSON; null = always JSON.
   * `handler`: those of known routes, the version error among them; `pageNotFound`: those of unknown ones.
   */
  readonly plainTextBelowApi: { readonly handler: string | null; readonly pageNotFound: string | null };
  /** On every answer of a known route. */
  readonly headers: readonly EngineHeader[];
  /** On the version error. */
  readonly refusalHeaders: readonly EngineHeader[];
  readonly ping: {
    /** Whether HEAD /_ping is a route. */
    readonly head: boolean;
    /** What a ping's answer has besides {@link EngineTraits.headers}. */
    readonly headers: Readonly<Record<string, string>>;
  };
  /** Message for an unknown image; `{name}` as asked, `{image}` with a tag. */
  readonly noSuchImage: string;
  /** Message for a filter that the route does not have; `{filter}`. */
  readonly invalidFilter: string;
  /** Driver of a fresh data root on a current kernel with ext4, and its DriverStatus pairs. */
  readonly storage: { readonly driver: string; readonly status: readonly (readonly [string, string])[] };
  /** Default on a cgroup v1 host. */
  readonly cgroupDriver: 'cgroupfs' | 'systemd';
  /** Version the build installs, or its commit where the source names only that. */
  readonly containerd: string;
  readonly runc: string;
  /** Names in Components of /version. */
  readonly components: readonly string[];
  readonly fields: EngineFields;
  /** What /info has more and less for requests below an API version. */
  readonly infoByApi: readonly {
    readonly belowApi: string;
    readonly add: { readonly [field: string]: Json };
    readonly hide: readonly string[];
  }[];
}

/**
 * A line of engine releases, `18.09` or `29.3`, oldest patch first. Data only: it survives a JSON round trip.
 */
export interface EngineLine extends EngineTraits {
  readonly line: string;
  readonly patches: readonly EnginePatch[];
}
