import { S3Error } from './errors'
import { OWNER } from './list-objects'
import { makeBucket } from './object-store'
import { bucketOf, type Operation } from './world'
import { tag, wrap, xml } from './xml'

// 3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit.
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** CreateBucket. */
export const createBucket: Operation = ({ bucket: name }, world) => {
  if (!BUCKET_NAME.test(name)) throw new S3Error('InvalidBucketName')
  // us-east-1 alone lets an owner create a bucket again, and nothing happens to what is in it.
  if (world.buckets.has(name)) {
    if (world.region !== 'us-east-1') throw new S3Error('BucketAlreadyOwnedByYou')
  } else {
    world.buckets.set(name, makeBucket(name))
  }
  return { status: 200, headers: { location: `/${name}` } }
}

/** HeadBucket. */
export const headBucket: Operation = (request, world) => {
  bucketOf(request, world)
  return { status: 200, headers: { 'x-amz-bucket-region': world.region } }
}

/** DeleteBucket: only an empty one, old versions and delete markers included. */
export const deleteBucket: Operation = (request, world) => {
  const bucket = bucketOf(request, world)
  if (bucket.versions.size > 0) throw new S3Error('BucketNotEmpty')
  world.buckets.delete(bucket.name)
  return { status: 204 }
}

/** ListBuckets. */
export const listBuckets: Operation = (_request, world) => {
  const buckets = [...world.buckets.values()].map(({ name, created }) =>
    wrap('Bucket', tag('Name', name) + tag('CreationDate', created.toISOString())),
  )
  return { status: 200, body: xml('ListAllMyBucketsResult', OWNER + wrap('Buckets', buckets.join(''))) }
}

/** GetBucketLocation: us-east-1 has no name here. */
export const getBucketLocation: Operation = (request, world) => {
  bucketOf(request, world)
  return { status: 200, body: xml('LocationConstraint', world.region === 'us-east-1' ? '' : world.region) }
}
