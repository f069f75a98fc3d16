import { LOCAL } from '../../environments/local/names'

/** What S3 tells of a new object: a notification with one record, as a queue's message holds it. */
export function notificationOf(key: string, sequencer: number, sizeBytes: number, at: Date): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: LOCAL.region,
        eventTime: at.toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:BENCH' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        responseElements: { 'x-amz-request-id': 'BENCH', 'x-amz-id-2': 'BENCH' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'bench',
          bucket: { name: LOCAL.bucket, ownerIdentity: { principalId: 'BENCH' }, arn: `arn:aws:s3:::${LOCAL.bucket}` },
          object: {
            key,
            size: sizeBytes,
            eTag: sequencer.toString(16).padStart(32, '0'),
            sequencer: sequencer.toString(16).padStart(18, '0'),
          },
        },
      },
    ],
  })
}
