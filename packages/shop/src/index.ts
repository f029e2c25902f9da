// The public face: the whole shop in one process.
export { type RunningShop, type ShopOptions, startShop } from './start-shop.ts'
