// The goods of the development shop: invented names, prices and stories. Deterministic, so two runs give the same shop.

export interface SeedCategory {
  slug: string
  name: string
  parent?: string
}
export type OptionKind = 'colour' | 'size' | 'finish' | 'pack' | 'none'

/** One product: name, category, motif of the drawing, hue, EUR minor units, kind of variants, description. */
export type SeedProduct = readonly [name: string, category: string, motif: string, hue: number, eur: number, kind: OptionKind, description: string]

export const seedCategories: readonly SeedCategory[] = [
  { slug: 'home', name: 'Home' },
  { slug: 'kitchen', name: 'Kitchen', parent: 'home' },
  { slug: 'lighting', name: 'Lighting', parent: 'home' },
  { slug: 'textiles', name: 'Textiles', parent: 'home' },
  { slug: 'work', name: 'Work' },
  { slug: 'desk', name: 'Desk', parent: 'work' },
  { slug: 'paper', name: 'Paper', parent: 'work' },
  { slug: 'audio', name: 'Audio', parent: 'work' },
  { slug: 'outdoors', name: 'Outdoors' },
  { slug: 'bags', name: 'Bags', parent: 'outdoors' },
  { slug: 'clothing', name: 'Clothing', parent: 'outdoors' },
  { slug: 'garden', name: 'Garden', parent: 'outdoors' },
]

export const seedOptions: Record<OptionKind, { name: string; values: readonly [label: string, code: string, surcharge: number][] }> = {
  colour: { name: 'colour', values: [['sand', 'SND', 0], ['moss', 'MOS', 0], ['ink', 'INK', 200]] },
  size: { name: 'size', values: [['S', 'S', 0], ['M', 'M', 0], ['L', 'L', 0], ['XL', 'XL', 300]] },
  finish: { name: 'finish', values: [['oak', 'OAK', 0], ['walnut', 'WAL', 900]] },
  pack: { name: 'pack', values: [['one', '1', 0], ['three', '3', 1200]] },
  none: { name: '', values: [['', 'STD', 0]] },
}

export const seedProducts: readonly SeedProduct[] = [
  ['Harbour Mug', 'kitchen', 'cup', 205, 1450, 'colour', 'A stoneware mug with a thumb rest, glazed the grey-blue of a harbour before rain. Holds 350 ml and survives the dishwasher.'],
  ['Twin Handle Soup Bowl', 'kitchen', 'cup', 28, 1890, 'colour', 'Two handles, so hot soup goes from table to sofa without gloves.'],
  ['Copper Rim Teapot', 'kitchen', 'cup', 18, 5400, 'none', 'Pours without a drip. The rim is real copper and darkens as it is used.'],
  ['Slow Pour Kettle', 'kitchen', 'cup', 210, 7900, 'finish', 'A gooseneck kettle with a wooden grip for people who count the seconds of a pour.'],
  ['Linen Bread Bag', 'kitchen', 'bag', 42, 1600, 'pack', 'Keeps a loaf crisp outside and soft inside for three days.'],
  ['Olive Wood Board', 'kitchen', 'board', 75, 3900, 'none', 'Every board has a different grain. Oiled by hand, ready to cut on.'],
  ['Nesting Mixing Bowls', 'kitchen', 'cup', 160, 4200, 'colour', 'Three bowls that sit inside each other and pour from a spout.'],
  ['Pepper Mill No. 4', 'kitchen', 'tower', 12, 3400, 'finish', 'A ceramic grinder in a turned body; six steps from dust to cracked.'],
  ['Salt Cellar with Lid', 'kitchen', 'cup', 200, 1900, 'finish', 'A swivel lid keeps the steam out and the pinch within reach.'],
  ['Everyday Apron', 'kitchen', 'shirt', 120, 3600, 'colour', 'Heavy cotton, crossed straps, and a pocket that fits a towel.'],
  ['Paper Moon Lamp', 'lighting', 'lamp', 48, 6900, 'none', 'A globe of folded paper that dims to candlelight.'],
  ['Clamp Desk Lamp', 'lighting', 'lamp', 8, 8400, 'colour', 'Two joints, one clamp, and a shade that never gets hot.'],
  ['Window Lantern', 'lighting', 'lamp', 35, 4900, 'colour', 'Runs forty hours on one charge and hangs from a hook or stands on a sill.'],
  ['Reading Light Clip', 'lighting', 'lamp', 190, 2400, 'colour', 'Clips to a book of any thickness and lights only the page.'],
  ['Hallway Pendant', 'lighting', 'lamp', 260, 12900, 'finish', 'A slatted shade that throws calm stripes on the wall.'],
  ['Candle Trio', 'lighting', 'tower', 340, 2700, 'none', 'Three heights, one mould, twelve hours each.'],
  ['Wool Throw Fjord', 'textiles', 'cloth', 215, 9900, 'colour', 'Undyed wool with a woven border. Warm enough for a window seat in January.'],
  ['Waffle Towel', 'textiles', 'cloth', 170, 2600, 'colour', 'Dries fast, folds flat, gets softer with every wash.'],
  ['Quilted Cushion', 'textiles', 'cloth', 30, 3900, 'colour', 'Stitched in a diamond pattern, filled with kapok.'],
  ['Table Runner Meadow', 'textiles', 'cloth', 95, 3200, 'none', 'Printed by hand with eleven grasses.'],
  ['Kitchen Cloth Set', 'textiles', 'cloth', 5, 1800, 'pack', 'Half linen, half cotton: polishes glasses without fluff.'],
  ['Bath Mat Pebble', 'textiles', 'cloth', 220, 4400, 'colour', 'Tufted in the shapes of river stones.'],
  ['Night Curtain', 'textiles', 'cloth', 245, 7600, 'size', 'Woven so tightly that noon turns to dusk.'],
  ['Standing Desk Frame', 'desk', 'board', 215, 42900, 'finish', 'Two quiet motors and a memory for four heights.'],
  ['Cable Tray', 'desk', 'board', 0, 2900, 'colour', 'Screws under the desk and swallows a power strip.'],
  ['Monitor Shelf', 'desk', 'board', 33, 6900, 'finish', 'Lifts the screen by eleven centimetres and hides the keyboard.'],
  ['Felt Desk Mat', 'desk', 'cloth', 150, 3500, 'colour', 'Merino felt, three millimetres, with a cork back that stays put.'],
  ['Brass Pen Tray', 'desk', 'board', 45, 2800, 'none', 'Sand-cast and heavy; pens stop rolling away.'],
  ['Weekly Wall Calendar', 'desk', 'page', 355, 2200, 'none', 'Fifty-two sheets with room for seven days and one plan.'],
  ['Tilt Phone Stand', 'desk', 'board', 265, 1900, 'finish', 'One notch for reading, one for calls.'],
  ['Balance Stool', 'desk', 'chair', 20, 18900, 'finish', 'Rocks a little, so you do too.'],
  ['Task Chair Meridian', 'desk', 'chair', 200, 38900, 'colour', 'A mesh back that follows, a seat that slides, arms that go away.'],
  ['Dotted Notebook', 'paper', 'page', 10, 1590, 'colour', 'One hundred and sixty numbered pages that lie flat from the first.'],
  ['Letter Set Rosewater', 'paper', 'page', 345, 2100, 'none', 'Twenty sheets, twenty envelopes, one blotting paper.'],
  ['Pocket Sketchbook', 'paper', 'page', 60, 1290, 'pack', 'Paper with enough tooth for charcoal, small enough for a coat.'],
  ['Index Card Box', 'paper', 'board', 25, 2600, 'finish', 'Holds four hundred cards and the idea you had last March.'],
  ['Fountain Pen Lark', 'paper', 'pen', 225, 4900, 'colour', 'A steel nib that forgives left-handers.'],
  ['Drawing Ink Set', 'paper', 'tower', 280, 3300, 'none', 'Six inks that mix without turning to mud.'],
  ['Mechanical Pencil 0.7', 'paper', 'pen', 90, 1700, 'colour', 'A knurled grip, a quiet click, and a lead that does not snap.'],
  ['Studio Headphones', 'audio', 'headphones', 230, 18900, 'colour', 'Closed headphones with a flat response and pads that you can replace.'],
  ['Travel Headphones', 'audio', 'headphones', 15, 24900, 'colour', 'Noise-cancelling headphones that fold into their own case; thirty-five hours.'],
  ['Shelf Speaker Pair', 'audio', 'speaker', 30, 32900, 'finish', 'Two-way speakers that sound larger than the shelf.'],
  ['Pocket Radio', 'audio', 'speaker', 355, 5900, 'colour', 'One dial, one speaker, and all the local news.'],
  ['Desk Microphone', 'audio', 'speaker', 260, 12900, 'none', 'A cardioid microphone with a mute key that lights when you are live.'],
  ['Record Brush', 'audio', 'board', 40, 1900, 'finish', 'Carbon fibres that lift dust instead of moving it.'],
  ['Day Pack 18', 'bags', 'bag', 145, 8900, 'colour', 'Eighteen litres, a laptop sleeve off the ground, and straps that hide.'],
  ['Roll Top Pannier', 'bags', 'bag', 40, 9400, 'colour', 'Waterproof, one-handed, and quiet on cobbles.'],
  ['Market Tote', 'bags', 'bag', 22, 2400, 'colour', 'Carries twelve kilograms of apples and folds into its own pocket.'],
  ['Wash Bag', 'bags', 'bag', 195, 3200, 'colour', 'Opens flat, hangs from a hook, dries in an hour.'],
  ['Weekend Duffel', 'bags', 'bag', 215, 14900, 'colour', 'Waxed canvas with a floor for shoes.'],
  ['Rain Shell', 'clothing', 'shirt', 185, 17900, 'size', 'Three layers, taped seams, and a hood that turns with your head.'],
  ['Merino Tee', 'clothing', 'shirt', 235, 5900, 'size', 'Light wool that stays fresh for a week on the road.'],
  ['Field Overshirt', 'clothing', 'shirt', 85, 9900, 'size', 'Four pockets, corozo buttons, cut to go over a jumper.'],
  ['Cable Knit Jumper', 'clothing', 'shirt', 38, 12900, 'size', 'Lambswool knitted in one piece: no seams, no itch.'],
  ['Trail Socks', 'clothing', 'shirt', 110, 1900, 'pack', 'Cushioned heel, left and right, three winters of walks.'],
  ['Beanie North', 'clothing', 'shirt', 205, 2900, 'colour', 'Double-layered and long enough to fold.'],
  ['Copper Watering Can', 'garden', 'cup', 20, 5900, 'none', 'A long spout that reaches the back of the shelf.'],
  ['Herb Planter Trio', 'garden', 'cup', 135, 4400, 'colour', 'Three pots on one tray, with room below for the water.'],
  ['Folding Garden Chair', 'garden', 'chair', 100, 7900, 'colour', 'Unfolds in one move and stacks eight deep in the shed.'],
  ['Seed Box Pollinators', 'garden', 'page', 50, 1500, 'none', 'Fourteen kinds of flowers that bees vote for.'],
  ['Bypass Secateurs', 'garden', 'pen', 0, 4900, 'none', 'Forged blades, replaceable spring, and a lock for the pocket.'],
  ['Bird House Gable', 'garden', 'house', 25, 3600, 'finish', 'A clean-out door and an entrance sized for tits.'],
]
