import { createRequire } from 'node:module';
import type * as noble from '@noble/curves/nist.js';
import type * as csr from '@peculiar/asn1-csr';
import type * as schema from '@peculiar/asn1-schema';
import type * as asn1 from '@peculiar/asn1-x509';
import type * as x509 from '@peculiar/x509';

export interface X509Libraries {
  readonly x509: typeof x509;
  readonly asn1: typeof asn1;
  readonly csr: typeof csr;
  readonly AsnConvert: typeof schema.AsnConvert;
  readonly p256: typeof noble.p256;
}

let loaded: X509Libraries | undefined;

/**
 * What reads and writes certificates, loaded when first needed: most runs hand no certificate on as bytes. It is loaded
 * synchronously, since inside a world `import()` would end at an unknown round.
 */
export function x509Libraries(): X509Libraries {
  loaded ??= load();
  return loaded;
}

function load(): X509Libraries {
  const require = createRequire(import.meta.url);
  require('reflect-metadata');
  const { AsnConvert } = require('@peculiar/asn1-schema') as typeof schema;
  const { p256 } = require('@noble/curves/nist.js') as typeof noble;
  return {
    x509: require('@peculiar/x509') as typeof x509,
    asn1: require('@peculiar/asn1-x509') as typeof asn1,
    csr: require('@peculiar/asn1-csr') as typeof csr,
    AsnConvert,
    p256,
  };
}
