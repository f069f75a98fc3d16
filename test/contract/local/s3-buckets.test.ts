import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { type AnS3, anS3, refusalOf } from './an-s3'

let s3: AnS3
beforeAll(async () => {
  s3 = await anS3()
})
afterAll(() => s3.stop())

describe('buckets', () => {
  it('are made, found, listed and deleted when empty', async () => {
    const send = s3.client
    await send.send(new CreateBucketCommand({ Bucket: 'short-lived' }))
    expect(await refusalOf(send.send(new CreateBucketCommand({ Bucket: 'short-lived' })))).toBe(
      '409 BucketAlreadyOwnedByYou',
    )
    expect((await send.send(new HeadBucketCommand({ Bucket: 'short-lived' }))).BucketRegion).toBe('eu-west-1')
    expect((await send.send(new GetBucketLocationCommand({ Bucket: 'short-lived' }))).LocationConstraint).toBe(
      'eu-west-1',
    )
    await send.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }))
    expect(await refusalOf(send.send(new DeleteBucketCommand({ Bucket: 'short-lived' })))).toBe('409 BucketNotEmpty')
    await send.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }))
    await send.send(new DeleteBucketCommand({ Bucket: 'short-lived' }))
    expect((await send.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['lake'])
    expect(await refusalOf(send.send(new CreateBucketCommand({ Bucket: 'Not_A_Name' })))).toBe('400 InvalidBucketName')
  })

  it('give back their configurations as they were put, and the error of S3 for those that were not', async () => {
    const Bucket = 'lake'
    expect(await refusalOf(s3.client.send(new GetBucketPolicyCommand({ Bucket })))).toBe('404 NoSuchBucketPolicy')
    await s3.client.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Statement":[]}' }))
    expect((await s3.client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe('{"Statement":[]}')
    await s3.client.send(new DeleteBucketPolicyCommand({ Bucket }))
    expect(await refusalOf(s3.client.send(new GetBucketPolicyCommand({ Bucket })))).toBe('404 NoSuchBucketPolicy')

    const PublicAccessBlockConfiguration = { BlockPublicAcls: true, RestrictPublicBuckets: true }
    await s3.client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }))
    expect(await s3.client.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration,
    })
    expect(await refusalOf(s3.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(
      '404 NoSuchLifecycleConfiguration',
    )
  })

  it('encrypt by their default what says nothing about encryption', async () => {
    const Bucket = 'encrypted'
    await s3.client.send(new CreateBucketCommand({ Bucket }))
    expect(await refusalOf(s3.client.send(new GetBucketEncryptionCommand({ Bucket })))).toBe(
      '404 ServerSideEncryptionConfigurationNotFoundError',
    )
    const before = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }]
    await s3.client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }))
    const after = await s3.client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
    expect([before.ServerSideEncryption, after.ServerSideEncryption]).toEqual(['AES256', 'aws:kms'])
  })
})

describe('versions', () => {
  const Bucket = 'versioned'
  const put = async (Key: string, Body: string) =>
    (await s3.client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId
  const get = async (Key: string, VersionId?: string) =>
    (await s3.client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString()
  const switchTo = (Status: 'Enabled' | 'Suspended') =>
    s3.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }))

  beforeAll(async () => {
    await s3.client.send(new CreateBucketCommand({ Bucket }))
    expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined()
    await put('k', 'before versioning')
    await switchTo('Enabled')
  })

  it('stay readable under their ids when the key is written again or deleted', async () => {
    const one = await put('k', 'one')
    const two = await put('k', 'two')
    expect([await get('k'), await get('k', one), await get('k', 'null')]).toEqual(['two', 'one', 'before versioning'])
    const deletion = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
    expect(deletion.DeleteMarker).toBe(true)
    expect(await refusalOf(get('k'))).toBe('404 NoSuchKey')
    expect(await get('k', two)).toBe('two')
    expect(await refusalOf(get('k', deletion.VersionId))).toBe('405 MethodNotAllowed')
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0)

    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: deletion.VersionId }))
    expect(await get('k')).toBe('two')
  })

  it('are listed newest first, over pages', async () => {
    const ids = [await put('l', '1'), await put('l', '2'), await put('l', '3')].reverse()
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'm' }))
    const first = await s3.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'l', MaxKeys: 2 }))
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'l', NextVersionIdMarker: ids[1] })
    const rest = await s3.client.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: first.NextKeyMarker,
        VersionIdMarker: first.NextVersionIdMarker,
      }),
    )
    const listed = [...(first.Versions ?? []), ...(rest.Versions ?? [])]
    expect(listed.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [ids[0], true],
      [ids[1], false],
      [ids[2], false],
    ])
    expect(rest.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['m', true]])
  })

  it('are overwritten one by one, under the id null, once versioning is suspended', async () => {
    const kept = await put('s', 'kept')
    await switchTo('Suspended')
    await put('s', 'null one')
    await put('s', 'null two')
    expect([await get('s'), await get('s', 'null'), await get('s', kept)]).toEqual(['null two', 'null two', 'kept'])
    await switchTo('Enabled')
  })
})
