import { RedshiftError } from './errors'
import type { S3Address } from './s3-objects'

/** Where a file stands as Spectrum names it: an https address, not the s3:// one that the client wrote. */
export function spectrumUrl({ bucket, key }: S3Address, region: string): string {
  return `https://s3.${region}.amazonaws.com/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
}

/**
 * What a COPY of a columnar file fails with. There is no row about it in the load error tables: only the detail, whose
 * shape is that of rudderlabs/rudder-server#3178, names the file.
 */
export function spectrumError(code: number, context: string, pid: number): RedshiftError {
  const rule = '-----------------------------------------------'
  const lines = [
    '',
    rule,
    'error:  Spectrum Scan Error',
    `code:      ${code}`,
    `context:   ${context}`,
    'query:     0',
    'location:  dory_util.cpp:1450',
    `process:   worker_thread [pid=${pid}]`,
    rule,
    '',
  ]
  return new RedshiftError('XX000', 'Spectrum Scan Error', lines.join('\n  '))
}
