interface PodMetricsList {
  items: { metadata: { name: string } }[];
}

/** What is to be tested here: the names of a namespace's pods for which there are metrics. */
export async function podsWithMetrics(apiserver: string, namespace: string): Promise<string[]> {
  const response = await fetch(`${apiserver}/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`);
  if (!response.ok) throw new Error(`The API server answers ${response.status}`);
  const { items } = (await response.json()) as PodMetricsList;
  return items.map(({ metadata }) => metadata.name);
}
