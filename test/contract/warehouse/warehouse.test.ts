import { warehouseContract } from './warehouse.contract'

describe.each(['pg', 'data-api'] as const)('a warehouse over %s', warehouseContract)
