// German texts of the development shop, by the English name of the product and by the slug of the category.

export const germanCategories: Readonly<Record<string, string>> = {
  home: 'Zuhause',
  kitchen: 'Küche',
  lighting: 'Licht',
  textiles: 'Textilien',
  work: 'Arbeit',
  desk: 'Schreibtisch',
  paper: 'Papier',
  audio: 'Audio',
  outdoors: 'Draußen',
  bags: 'Taschen',
  clothing: 'Kleidung',
  garden: 'Garten',
}

type German = readonly [name: string, description: string]

const home: Readonly<Record<string, German>> = {
  'Harbour Mug': [
    'Becher Hafen',
    'Ein Becher aus Steinzeug mit Daumenmulde, graublau glasiert wie ein Hafen vor dem Regen. Fasst 350 ml, auch für die Spülmaschine.',
  ],
  'Twin Handle Soup Bowl': ['Suppenschale mit zwei Henkeln', 'Mit zwei Henkeln kommt heiße Suppe ohne Handschuhe bis aufs Sofa.'],
  'Copper Rim Teapot': [
    'Teekanne mit Kupferrand',
    'Gießt, ohne zu tropfen. Der Rand ist aus Kupfer und dunkelt mit der Zeit nach.',
  ],
  'Slow Pour Kettle': ['Schwanenhalskessel', 'Ein Kessel mit Holzgriff für alle, die beim Aufgießen die Sekunden zählen.'],
  'Linen Bread Bag': ['Brotbeutel aus Leinen', 'Drei Tage lang bleibt das Brot außen knusprig und innen weich.'],
  'Olive Wood Board': [
    'Brett aus Olivenholz',
    'Jedes Brett ist anders gemasert. Von Hand geölt und sofort zum Schneiden bereit.',
  ],
  'Nesting Mixing Bowls': ['Rührschüsseln im Satz', 'Drei Schüsseln, die ineinander passen, jede mit einem Ausguss.'],
  'Pepper Mill No. 4': ['Pfeffermühle Nr. 4', 'Keramikmahlwerk in gedrechseltem Holz; sechs Stufen von fein bis grob.'],
  'Salt Cellar with Lid': ['Salztopf mit Deckel', 'Der Drehdeckel hält den Dampf ab und die Prise griffbereit.'],
  'Everyday Apron': ['Schürze für jeden Tag', 'Feste Baumwolle, gekreuzte Träger und eine Tasche, in die ein Tuch passt.'],
  'Paper Moon Lamp': ['Lampe Papiermond', 'Eine Kugel aus gefaltetem Papier, dimmbar bis zum Kerzenschein.'],
  'Clamp Desk Lamp': ['Klemmleuchte für den Tisch', 'Zwei Gelenke, eine Klemme und ein Schirm, der nie heiß wird.'],
  'Window Lantern': ['Fensterlaterne', 'Leuchtet vierzig Stunden mit einer Ladung, am Haken oder auf der Fensterbank.'],
  'Reading Light Clip': ['Leselicht zum Anklemmen', 'Klemmt an jedem Buch und beleuchtet nur die Seite.'],
  'Hallway Pendant': ['Pendelleuchte Flur', 'Ein Schirm aus Lamellen, der ruhige Streifen an die Wand wirft.'],
  'Candle Trio': ['Kerzentrio', 'Drei Höhen, eine Form, je zwölf Stunden.'],
  'Wool Throw Fjord': ['Wolldecke Fjord', 'Ungefärbte Wolle mit gewebtem Rand. Warm genug für den Fensterplatz im Januar.'],
  'Waffle Towel': ['Waffelhandtuch', 'Trocknet schnell, lässt sich flach falten und wird mit jeder Wäsche weicher.'],
  'Quilted Cushion': ['Gestepptes Kissen', 'Im Rautenmuster gesteppt und mit Kapok gefüllt.'],
  'Table Runner Meadow': ['Tischläufer Wiese', 'Von Hand mit elf Gräsern bedruckt.'],
  'Kitchen Cloth Set': ['Küchentücher im Set', 'Halb Leinen, halb Baumwolle: poliert Gläser, ohne zu fusseln.'],
  'Bath Mat Pebble': ['Badematte Kiesel', 'Getuftet in den Formen von Flusskieseln.'],
  'Night Curtain': ['Nachtvorhang', 'So dicht gewebt, dass es mittags dämmert.'],
  'Camp Kettle': ['Lagerkessel', 'Ein Kessel mit umklappbarem Griff für Kocher und Feuerstelle.'],
}

const work: Readonly<Record<string, German>> = {
  'Standing Desk Frame': ['Gestell für Stehtische', 'Zwei leise Motoren und ein Speicher für vier Höhen.'],
  'Cable Tray': ['Kabelwanne', 'Wird unter den Tisch geschraubt und schluckt eine Steckerleiste.'],
  'Monitor Shelf': ['Bildschirmbord', 'Hebt den Bildschirm um elf Zentimeter und versteckt die Tastatur.'],
  'Felt Desk Mat': ['Schreibunterlage aus Filz', 'Drei Millimeter Merinofilz mit einem Rücken aus Kork, der nicht rutscht.'],
  'Brass Pen Tray': ['Stiftschale aus Messing', 'In Sand gegossen und schwer; kein Stift rollt mehr davon.'],
  'Weekly Wall Calendar': ['Wochenkalender', 'Zweiundfünfzig Blätter mit Platz für sieben Tage und einen Plan.'],
  'Tilt Phone Stand': ['Kippbarer Telefonhalter', 'Eine Kerbe zum Lesen, eine zum Telefonieren.'],
  'Balance Stool': ['Wipphocker', 'Er wippt ein wenig, und Sie wippen mit.'],
  'Task Chair Meridian': [
    'Bürostuhl Meridian',
    'Ein Netzrücken, der mitgeht, ein Sitz, der gleitet, und Armlehnen, die verschwinden.',
  ],
  'Dotted Notebook': ['Notizbuch mit Punktraster', 'Einhundertsechzig nummerierte Seiten, die von der ersten an flach liegen.'],
  'Letter Set Rosewater': ['Briefpapier Rosenwasser', 'Zwanzig Bögen, zwanzig Umschläge, ein Löschblatt.'],
  'Pocket Sketchbook': ['Skizzenbuch für die Tasche', 'Rau genug für Kohle und klein genug für den Mantel.'],
  'Index Card Box': ['Karteikasten', 'Fasst vierhundert Karten und den Einfall vom letzten März.'],
  'Fountain Pen Lark': ['Füller Lerche', 'Eine Stahlfeder, die auch Linkshändern verzeiht.'],
  'Drawing Ink Set': ['Zeichentuschen im Set', 'Sechs Tuschen, die sich mischen lassen, ohne trüb zu werden.'],
  'Mechanical Pencil 0.7': ['Druckbleistift 0,7', 'Ein gerändelter Griff, ein leises Klicken und eine Mine, die nicht bricht.'],
  'Studio Headphones': ['Studiokopfhörer', 'Geschlossene Kopfhörer mit linearem Klang und austauschbaren Polstern.'],
  'Travel Headphones': [
    'Reisekopfhörer',
    'Kopfhörer mit Geräuschunterdrückung, die sich in ihr eigenes Etui falten; fünfunddreißig Stunden.',
  ],
  'Shelf Speaker Pair': ['Regallautsprecher, Paar', 'Zweiwegelautsprecher, die größer klingen als das Regal.'],
  'Pocket Radio': ['Taschenradio', 'Ein Knopf, ein Lautsprecher und alle Nachrichten aus der Gegend.'],
  'Desk Microphone': ['Tischmikrofon', 'Ein Nierenmikrofon mit einer Stummtaste, die leuchtet, wenn Sie zu hören sind.'],
  'Record Brush': ['Plattenbürste', 'Kohlefasern, die den Staub aufnehmen und nicht nur verschieben.'],
  'Weekly Wall Calendar 2025': ['Wochenkalender 2025', 'Die Ausgabe des vergangenen Jahres mit dreiundfünfzig Blättern.'],
}

const outdoors: Readonly<Record<string, German>> = {
  'Day Pack 18': ['Tagesrucksack 18', 'Achtzehn Liter, ein Laptopfach mit Abstand zum Boden und Gurte, die sich verstecken.'],
  'Roll Top Pannier': ['Radtasche mit Rollverschluss', 'Wasserdicht, mit einer Hand zu öffnen und leise auf Kopfsteinpflaster.'],
  'Market Tote': ['Markttasche', 'Trägt zwölf Kilogramm Äpfel und passt gefaltet in die eigene Innentasche.'],
  'Wash Bag': ['Kulturbeutel', 'Lässt sich flach öffnen, aufhängen und trocknet in einer Stunde.'],
  'Weekend Duffel': ['Reisetasche Wochenende', 'Gewachstes Segeltuch mit einem eigenen Boden für Schuhe.'],
  'Rain Shell': ['Regenjacke', 'Drei Lagen, verklebte Nähte und eine Kapuze, die sich mit dem Kopf dreht.'],
  'Merino Tee': ['T-Shirt aus Merinowolle', 'Leichte Wolle, die unterwegs eine Woche lang frisch bleibt.'],
  'Field Overshirt': ['Überhemd Feld', 'Vier Taschen, Knöpfe aus Steinnuss, weit genug für einen Pullover darunter.'],
  'Cable Knit Jumper': ['Zopfpullover', 'Lammwolle, in einem Stück gestrickt: keine Naht, kein Kratzen.'],
  'Trail Socks': ['Wandersocken', 'Gepolsterte Ferse, links und rechts, für drei Winter voller Wege.'],
  'Beanie North': ['Mütze Nord', 'Doppelt gestrickt und lang genug zum Umschlagen.'],
  'Copper Watering Can': ['Gießkanne aus Kupfer', 'Ein langer Ausguss, der bis ans Ende des Regals reicht.'],
  'Herb Planter Trio': ['Kräutertöpfe im Trio', 'Drei Töpfe auf einem Tablett, darunter Platz für das Wasser.'],
  'Folding Garden Chair': [
    'Klappstuhl für den Garten',
    'Mit einem Griff aufgeklappt, und acht davon passen hintereinander in den Schuppen.',
  ],
  'Seed Box Pollinators': ['Saatkiste Bestäuber', 'Vierzehn Blumen, für die die Bienen stimmen.'],
  'Bypass Secateurs': ['Gartenschere', 'Geschmiedete Klingen, eine Feder zum Wechseln und eine Sperre für die Tasche.'],
  'Bird House Gable': ['Nistkasten Giebel', 'Mit einer Klappe zum Reinigen und einem Einflugloch für Meisen.'],
}

export const germanProducts: Readonly<Record<string, German>> = { ...home, ...work, ...outdoors }
