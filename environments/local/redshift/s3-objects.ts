import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { messageOf, RedshiftError } from './errors'

/** An object in S3. */
export interface S3Address {
  readonly bucket: string
  readonly key: string
}

/** What S3 says about an object. */
export interface S3ObjectInfo extends S3Address {
  readonly sizeBytes: number
  /** Without its quotes. */
  readonly etag: string
  readonly lastModified: Date
}

/** What COPY needs of S3; every refusal is a RedshiftError in COPY's words. */
export interface S3Objects {
  /** Undefined when there is no such object; a missing bucket is an error. */
  head(address: S3Address): Promise<S3ObjectInfo | undefined>
  list(bucket: string, prefix: string): Promise<S3ObjectInfo[]>
  open(address: S3Address): Promise<Readable>
  readText(address: S3Address): Promise<string>
  /** Bytes from `start` up to, not including, `end`. */
  readRange(address: S3Address, start: number, end: number): Promise<Uint8Array>
  close(): void
}

/** Objects behind an S3 endpoint, asked in path style with dummy credentials. The SDK is loaded on first use. */
export function makeS3Objects({ endpoint, region }: { readonly endpoint: string; readonly region: string }): S3Objects {
  let loaded: Promise<{ readonly client: S3Client; readonly sdk: typeof import('@aws-sdk/client-s3') }> | undefined
  const load = () => {
    loaded ??= import('@aws-sdk/client-s3').then((sdk) => ({
      sdk,
      client: new sdk.S3Client({
        endpoint,
        region,
        forcePathStyle: true,
        credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestChecksumCalculation: 'WHEN_REQUIRED',
      }),
    }))
    return loaded
  }
  const get = async ({ bucket, key }: S3Address, range?: string) => {
    const { client, sdk } = await load()
    try {
      const { Body } = await client.send(
        new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...(range === undefined ? {} : { Range: range }) }),
      )
      if (Body === undefined) throw new Error(`S3 answered without a body for ${addressOf({ bucket, key })}`)
      return Body
    } catch (error) {
      throw s3Error(error)
    }
  }
  return {
    head: async ({ bucket, key }) => {
      const { client, sdk } = await load()
      try {
        const {
          ContentLength = 0,
          ETag = '',
          LastModified = new Date(0),
        } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }))
        return { bucket, key, sizeBytes: ContentLength, etag: ETag.replaceAll('"', ''), lastModified: LastModified }
      } catch (error) {
        if (statusOf(error) === 404 && (await bucketExists(client, sdk, bucket))) return undefined
        throw s3Error(error, 'NoSuchBucket')
      }
    },
    list: async (bucket, prefix) => {
      const { client, sdk } = await load()
      const found: S3ObjectInfo[] = []
      try {
        for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
          for (const { Key = '', Size = 0, ETag = '', LastModified = new Date(0) } of page.Contents ?? []) {
            found.push({
              bucket,
              key: Key,
              sizeBytes: Size,
              etag: ETag.replaceAll('"', ''),
              lastModified: LastModified,
            })
          }
        }
      } catch (error) {
        throw s3Error(error)
      }
      return found
    },
    open: async (address) => (await get(address)) as unknown as Readable,
    readText: async (address) => (await get(address)).transformToString('utf-8'),
    readRange: async (address, start, end) => (await get(address, `bytes=${start}-${end - 1}`)).transformToByteArray(),
    close: () => void loaded?.then(({ client }) => client.destroy()),
  }
}

async function bucketExists(
  client: S3Client,
  sdk: typeof import('@aws-sdk/client-s3'),
  bucket: string,
): Promise<boolean> {
  return client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })).then(
    () => true,
    () => false,
  )
}

/** Splits `s3://bucket/key`; the key may be empty and is taken as it stands. */
export function readAddress(url: string): S3Address {
  const parts = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url)
  if (parts?.[1] === undefined) throw new RedshiftError('XX000', `Invalid S3 location: ${url}`)
  return { bucket: parts[1], key: parts[2] ?? '' }
}

/** The `s3://` address of an object. */
export function addressOf({ bucket, key }: S3Address): `s3://${string}` {
  return `s3://${bucket}/${key}`
}

function statusOf(error: unknown): number | undefined {
  return (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode
}

const WORDING: Readonly<Record<string, string>> = {
  NoSuchKey: 'The specified key does not exist.',
  NoSuchBucket: 'The specified bucket does not exist',
  AccessDenied: 'Access Denied',
}

/** `S3ServiceException:…,Status 404,Error NoSuchKey,Rid …,ExtRid …,CanRetry 1`, as COPY reports S3's refusals. */
export function s3Error(error: unknown, codeForEmptyAnswer?: string): RedshiftError {
  const message = messageOf(error)
  const name = (error as { readonly name?: string }).name ?? 'InternalError'
  const status = statusOf(error)
  const code =
    (name === 'NotFound' || name === 'UnknownError') && codeForEmptyAnswer !== undefined ? codeForEmptyAnswer : name
  if (status === undefined) return new RedshiftError('XX000', `S3CurlException: ${message || name}`)
  return s3ServiceException(code, status, WORDING[code] ?? message)
}

/** The same for an answer that S3 did not have to be asked for. */
export function s3ServiceException(code: string, status: number, text: string): RedshiftError {
  return new RedshiftError(
    'XX000',
    `S3ServiceException:${text},Status ${status},Error ${code},Rid EMBEDDED,ExtRid EMBEDDED,CanRetry 1`,
  )
}
