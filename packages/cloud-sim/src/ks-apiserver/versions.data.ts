export type KubesphereMinor = '3.1' | '3.2' | '3.3' | '3.4';

/** What of a release the simulator depends on; read at each tag of kubesphere/kubesphere. */
export interface KubesphereVersion {
  /** Which metric names and routes there are. */
  minor: KubesphereMinor;
  /**
   * Go it is built with: .github/workflows/build.yml for v3.1.0, build/ks-apiserver/Dockerfile since. Before 1.14 the
   * URL of a failed request stands without quotes, before 1.15 a duration that cannot be read does.
   */
  go: '1.13' | '1.16' | '1.19';
  /**
   * What a client gets when the server behind the generic proxy cannot be reached: 502 without a body, or, since the
   * proxy hands its errors to a responder that only logs them, an empty 200 (vendor/k8s.io/apimachinery
   * pkg/util/proxy/upgradeaware.go, pkg/kapis/generic/generic.go errorResponder).
   */
  unreachable: 200 | 502;
  /** The API group through which the service that joins edge nodes is reached. */
  joinGroup: 'kubeedge.kubesphere.io' | 'edgeruntime.kubesphere.io';
  /** Two results of one name share a place when sorted, instead of making holes (pkg/models/monitoring/sort_page.go). */
  countsOnce: boolean;
  /** Nodes carry the time at which they were annotated (pkg/models/resources/v1alpha3/node/nodes.go). */
  annotatedAt: boolean;
  /** `label=` and `annotation=` of a list are label selectors (pkg/models/resources/v1alpha3/interface.go labelMatch). */
  labelSelectors: boolean;
  /** `alias=` of a list looks at the display name. */
  alias: boolean;
  /**
   * What `status=` of a list of pods is compared with: the phase, or one of Running, Waiting, Error and Completed; then
   * there is `phase=`, too (pkg/models/resources/v1alpha3/pod/pods.go).
   */
  podStatus?: 'phase' | 'type';
}

const v310: KubesphereVersion = {
  minor: '3.1',
  go: '1.13',
  unreachable: 502,
  joinGroup: 'kubeedge.kubesphere.io',
  countsOnce: false,
  annotatedAt: true,
  labelSelectors: false,
  alias: false,
};
const v320: KubesphereVersion = { ...v310, minor: '3.2', go: '1.16', unreachable: 200 };
const v330: KubesphereVersion = {
  ...v320,
  minor: '3.3',
  joinGroup: 'edgeruntime.kubesphere.io',
  countsOnce: true,
  annotatedAt: false,
  labelSelectors: true,
  podStatus: 'phase',
};
const v340: KubesphereVersion = { ...v330, minor: '3.4', go: '1.19', alias: true, podStatus: 'type' };

export const kubesphereVersions = {
  'v3.1.0': v310,
  'v3.1.1': { ...v310, go: '1.16' },
  'v3.2.0': v320,
  'v3.2.1': { ...v320, podStatus: 'phase' },
  'v3.3.0': v330,
  'v3.3.1': v330,
  'v3.3.2': v330,
  'v3.4.0': v340,
  'v3.4.1': v340,
} satisfies Record<string, KubesphereVersion>;

export type KubesphereTag = keyof typeof kubesphereVersions;
