import type { Amendment, Answered } from './in-front-of-moto'

/**
 * Policies of buckets. Moto (5.2) enforces them without looking at their conditions: one that denies whoever comes without TLS denies
 * everybody. So they are kept here, and moto knows of none.
 */
export function makeBucketPolicies(): Amendment {
  const policies = new Map<string, Buffer>()
  return async ({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, 'http://moto')
    const [bucket = '', ...key] = pathname.slice(1).split('/')
    if (bucket === '' || key.join('') !== '') return undefined
    if (!searchParams.has('policy')) {
      if (method === 'DELETE' && searchParams.size === 0) policies.delete(bucket)
      return undefined
    }
    if (method === 'PUT') policies.set(bucket, body)
    if (method === 'DELETE') policies.delete(bucket)
    if (method !== 'GET') return { status: 204, headers: {}, body: Buffer.alloc(0) }
    const policy = policies.get(bucket)
    return policy === undefined ? none(bucket) : { status: 200, headers: JSON_TYPE, body: policy }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function none(bucket: string): Answered {
  const message = 'The bucket policy does not exist'
  const body = `<Error><Code>NoSuchBucketPolicy</Code><Message>${message}</Message><BucketName>${bucket}</BucketName></Error>`
  return { status: 404, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) }
}
