/** A certificate authority of one run, and the listener's certificate that it has signed; all PEM. */
export interface Certificate {
  readonly ca: string
  readonly key: string
  readonly cert: string
}

/** Makes a certificate for `localhost` and 127.0.0.1, valid for a year, on P-256, because RSA keys take long to find. */
export async function makeCertificate(): Promise<Certificate> {
  const { generate } = await import('selfsigned')
  const curve = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const
  const ca = await generate([{ name: 'commonName', value: 'Penstock embedded environment' }], {
    ...curve,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const leaf = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...curve,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { ca: ca.cert, key: leaf.private, cert: leaf.cert }
}
