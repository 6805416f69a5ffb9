/** What edgecore has on its disk: PEM texts. */
export interface StoredCertificates {
  /** /etc/kubeedge/ca/rootCA.crt */
  ca: string;
  /** /etc/kubeedge/certs/server.crt */
  certificate: string;
  /** /etc/kubeedge/certs/server.key */
  key: string;
}

/** Where an edge keeps its certificates, from one process of edgecore to the next. */
export interface CertificateFiles {
  /** undefined when one of them is not there. */
  read(): StoredCertificates | undefined;
  /** Writes all of them or none. @throws the machine's error */
  write(stored: StoredCertificates): void;
}

/** The disk of a simulated edge. */
export function createCertificateFiles(stored?: StoredCertificates): CertificateFiles {
  let files = stored;
  return {
    read: () => files,
    write(next) {
      files = next;
    },
  };
}
