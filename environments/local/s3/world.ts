import { S3Error } from './errors'
import type { Upload } from './multipart-uploads'
import type { Notify } from './notify'
import type { Bucket } from './object-store'
import type { Answer, S3Request } from './request'

/** Everything that the operations work on. */
export interface S3World {
  readonly region: string
  readonly buckets: Map<string, Bucket>
  readonly uploads: Map<string, Upload>
  readonly notify: Notify
}

/** One operation of the S3 API. */
export type Operation = (request: S3Request, world: S3World) => Answer | Promise<Answer>

/** The bucket that a request is about. */
export function bucketOf(request: S3Request, world: S3World): Bucket {
  return bucketNamed(request.bucket, world)
}

export function bucketNamed(name: string, world: S3World): Bucket {
  const bucket = world.buckets.get(name)
  if (!bucket) throw new S3Error('NoSuchBucket')
  return bucket
}
