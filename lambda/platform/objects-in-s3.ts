import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { PenstockError } from '../errors'
import { type S3Url, splitUrl } from '../model'
import type { ObjectsPort } from '../ports'
import { awsCall, errorName, httpStatus, withContext } from './aws-call'

/** Objects in S3: what is Penstock's own as text in UTF-8, which is manifests and lists of files; of any other its bytes. */
export function objectsInS3({ client }: { readonly client: S3Client }): ObjectsPort {
  return {
    async put(url, body) {
      const put = new PutObjectCommand({
        ...at(url),
        Body: body,
        // Without it the SDK takes an empty text for a stream of unknown length, and complains on the console.
        ContentLength: Buffer.byteLength(body),
        ContentType: url.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8',
      })
      await awsCall(`PutObject ${url}`, client.send(put))
    },

    async get(url) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(url)))
        return (await Body?.transformToString('utf-8')) ?? ''
      } catch (error) {
        if (isGone(error)) throw new PenstockError('OBJECT_GONE', `${url} is not there`, { cause: error })
        throw withContext(`GetObject ${url}${hintOf(error)}`, error)
      }
    },

    async read(url, { from, bytes, ifMatch }) {
      const get = new GetObjectCommand({
        ...at(url),
        Range: `bytes=${from}-${from + bytes - 1}`,
        ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
      })
      try {
        const { Body } = await client.send(get)
        return (await Body?.transformToByteArray()) ?? new Uint8Array()
      } catch (error) {
        // Every stretch of an empty object is one behind its end.
        if (httpStatus(error) === 416) return new Uint8Array()
        if (isGone(error)) throw new PenstockError('OBJECT_GONE', `${url} is not there`, { cause: error })
        if (httpStatus(error) === 412) {
          throw new PenstockError('OBJECT_CHANGED', `${url} is no longer the version ${ifMatch}`, { cause: error })
        }
        throw withContext(`GetObject ${url}${hintOf(error)}`, error)
      }
    },

    async head(url) {
      try {
        const { ETag, ContentLength } = await client.send(new HeadObjectCommand(at(url)))
        return { etag: unquoted(ETag ?? ''), sizeBytes: ContentLength ?? 0 }
      } catch (error) {
        if (isGone(error)) return undefined
        throw withContext(`HeadObject ${url}${hintOf(error)}`, error)
      }
    },

    async list(bucket, prefix, after) {
      const page = await awsCall(
        `ListObjectsV2 of s3://${bucket}/${prefix}`,
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(after === undefined ? {} : { StartAfter: after }),
            // XML cannot say every key that S3 takes.
            EncodingType: 'url',
          }),
        ),
      )
      const objects = (page.Contents ?? []).map(({ Key, ETag, Size, LastModified, StorageClass }) => ({
        key: decodeURIComponent((Key ?? '').replace(/\+/g, ' ')),
        etag: unquoted(ETag ?? ''),
        sizeBytes: Size ?? 0,
        lastModifiedMs: LastModified?.getTime() ?? 0,
        archived: StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE',
      }))
      return { objects, more: page.IsTruncated ?? false }
    },
  }
}

function at(url: S3Url): { Bucket: string; Key: string } {
  const { bucket, key } = splitUrl(url)
  return { Bucket: bucket, Key: key }
}

/** HEAD has no body to name the error, so a missing object is `NotFound` there. A missing bucket under GET is another matter. */
function isGone(error: unknown): boolean {
  return errorName(error) === 'NoSuchKey' || errorName(error) === 'NotFound'
}

/** Without `s3:ListBucket` S3 does not say that an object is missing. */
function hintOf(error: unknown): string {
  const forbidden = httpStatus(error) === 403
  return forbidden ? ' (without s3:ListBucket on the bucket, a missing object looks like this too)' : ''
}

/** S3 quotes ETags, as HTTP does; events do not. */
export function unquoted(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1')
}
