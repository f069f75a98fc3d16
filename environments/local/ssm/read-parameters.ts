import { z } from 'zod'
import { AwsJsonError } from './aws-json'
import { described, latestOf, type Parameter, type ParameterStore, parameterNamed, select } from './parameters'
import { pageOf, read } from './read-input'

const GET = z.object({ Name: z.string().min(1), WithDecryption: z.boolean().default(false) })

/** GetParameter. */
export function getParameter(store: ParameterStore, given: unknown): object {
  const { Name, WithDecryption } = read(GET, given)
  return { Parameter: described(store, select(store, Name), WithDecryption) }
}

const GET_MANY = z.object({
  Names: z.array(z.string().min(1)).min(1).max(10),
  WithDecryption: z.boolean().default(false),
})

/** GetParameters: what isn't there is listed, not refused. */
export function getParameters(store: ParameterStore, given: unknown): object {
  const { Names, WithDecryption } = read(GET_MANY, given)
  const found: object[] = []
  const missing: string[] = []
  for (const name of new Set(Names)) {
    try {
      found.push(described(store, select(store, name), WithDecryption))
    } catch (error) {
      if (!(error instanceof AwsJsonError)) throw error
      missing.push(name)
    }
  }
  return { Parameters: found, InvalidParameters: missing }
}

const FILTERS = z
  .array(
    z.object({
      Key: z.string(),
      Option: z.string().optional(),
      Values: z.array(z.string()).default([]),
    }),
  )
  .default([])
type Filters = z.infer<typeof FILTERS>

const GET_BY_PATH = z.object({
  Path: z.string().startsWith('/'),
  Recursive: z.boolean().default(false),
  WithDecryption: z.boolean().default(false),
  ParameterFilters: FILTERS,
  MaxResults: z.number().int().min(1).max(10).default(10),
  NextToken: z.string().optional(),
})

/** GetParametersByPath. */
export function getParametersByPath(store: ParameterStore, given: unknown): object {
  const input = read(GET_BY_PATH, given)
  const matching = sortedByName(store).filter(
    (parameter) => isUnder(input.Path, parameter.name, input.Recursive) && passes(parameter, input.ParameterFilters),
  )
  const page = pageOf(matching, input.NextToken, input.MaxResults)
  return {
    Parameters: page.items.map(({ name }) => described(store, select(store, name), input.WithDecryption)),
    ...page.next,
  }
}

const HISTORY = z.object({
  Name: z.string().min(1),
  WithDecryption: z.boolean().default(false),
  MaxResults: z.number().int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
})

/** GetParameterHistory: the versions that are kept, oldest first. */
export function getParameterHistory(store: ParameterStore, given: unknown): object {
  const input = read(HISTORY, given)
  const parameter = parameterNamed(store, input.Name)
  const page = pageOf(parameter.versions, input.NextToken, input.MaxResults)
  return {
    Parameters: page.items.map((version) => ({
      ...described(store, { parameter, version, selector: undefined }, input.WithDecryption),
      Labels: [...version.labels],
      Tier: version.tier,
      KeyId: version.keyId,
      Description: version.description,
    })),
    ...page.next,
  }
}

const DESCRIBE = z.object({
  ParameterFilters: FILTERS,
  MaxResults: z.number().int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
})

/** DescribeParameters: everything but the values. */
export function describeParameters(store: ParameterStore, given: unknown): object {
  const input = read(DESCRIBE, given)
  const matching = sortedByName(store).filter((parameter) => passes(parameter, input.ParameterFilters))
  const page = pageOf(matching, input.NextToken, input.MaxResults)
  return {
    Parameters: page.items.map((parameter) => {
      const { ARN } = described(store, select(store, parameter.name), false) as { ARN: string }
      const latest = latestOf(parameter)
      return {
        Name: parameter.name,
        ARN,
        Type: latest.type,
        KeyId: latest.keyId,
        Description: latest.description,
        AllowedPattern: latest.allowedPattern,
        Version: latest.version,
        Tier: latest.tier,
        DataType: latest.dataType,
        LastModifiedDate: latest.modified,
        Policies: [],
      }
    }),
    ...page.next,
  }
}

function sortedByName(store: ParameterStore): Parameter[] {
  return [...store.byName.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
}

function isUnder(path: string, name: string, recursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes('/'))
}

function passes(parameter: Parameter, filters: Filters): boolean {
  return filters.every(({ Key, Option, Values }) => {
    if (Key === 'Path') return Values.some((path) => isUnder(path, parameter.name, Option === 'Recursive'))
    const compare = COMPARISONS[Option ?? 'Equals']
    if (!compare) throw new AwsJsonError('InvalidFilterOption', `The filter option ${Option} is not valid`)
    return fieldsFor(Key, parameter).some(
      (field) => Values.length === 0 || Values.some((value) => compare(field, value)),
    )
  })
}

const COMPARISONS: Readonly<Record<string, (field: string, value: string) => boolean>> = {
  Equals: (field, value) => field === value,
  BeginsWith: (field, value) => field.startsWith(value),
  Contains: (field, value) => field.includes(value),
}

function fieldsFor(key: string, parameter: Parameter): readonly string[] {
  const latest = latestOf(parameter)
  if (key.startsWith('tag:')) return [parameter.tags.get(key.slice('tag:'.length)) ?? []].flat()
  switch (key) {
    case 'Name':
      return [parameter.name]
    case 'Type':
      return [latest.type]
    case 'KeyId':
      return [latest.keyId ?? []].flat()
    case 'Tier':
      return [latest.tier]
    case 'DataType':
      return [latest.dataType]
    case 'Label':
      return [...latest.labels]
    default:
      throw new AwsJsonError('InvalidFilterKey', `The filter key ${key} is not valid`)
  }
}
