/**
 * English words, as they stand in tasks about software, of which o200k and cl100k have each as one token, together with the blank
 * before it, with a small first letter and with a capital one. A test asks both tokenizers. Pure.
 */
const WORDS = `
  about above access account accounts across action add added additional adds admin after again against agent agents
  alert alerts all allow allowed allows alone already also alternative always an and another answer any anything
  applications are argument arguments array arrays as associated at audit auth authentication automatic automatically
  available back backend backup based be because been before behavior behind being benchmark better between billing
  binary boolean both branch broken browser bug bugs build bundle but button by cache call callback called can cannot
  case cases change changed changes character characters chart check checking checkout checks claim claims clean
  cleanup client clone code codes column columns command commands comments commit common compatibility compatible
  compiler complete completed conditions config configuration conflict consider console contains content contents
  context contributors controller convert could coverage crash create created currency current currently custom
  customer customers dark dashboard data database decide default defaults define defined definitions delete
  dependencies dependency deploy deployment deprecated describe description design designed details detection
  development difference differences different directory discount display do docs document documentation documents
  does done download downloads draft during each edit either else email empty encoding encryption end endpoint
  environment equal equivalent error errors even event events every everything example examples exception exceptions
  execution existing exit expected explain explicit export failed false fast faster feature features field fields file
  filename files filter first fix fixed fixture flag flags folder follow following footer for form format formatter
  formatting found from full function functions generate generated generator get git github given global handle
  handles handling has have header here hide history how identifier if ignore implement implementation implements
  import imports improve in include included includes including index information initial input inside install
  installation installed instance instead instructions integration internal into invalid invoice is issue issues it
  its just keep keeps key keys language large last later layout lease ledger left length libraries library license
  like limit line lines list lists load local locale location lock logging login logs long longer machine made make
  makes many match matches matching may means memory merge message messages metadata method methods metrics migration
  missing mobile modal mode model models modern module modules monitoring more most move multiple must name named
  names native need never new next no node none not note nothing notification notifications null number numbers object
  objects of old on once one only open operation operations option optional options or order orders original other
  others otherwise out output over own package packages page pagination parameter parameters parent parse parser
  parsing part partial pass passed passing password path paths payment payments people performance permission
  permissions person plan platform please plugin possible previous print process processes processing product products
  profile program programs project projects promise properties property provide provided provides public publish
  published pull push queries query queue range rather read reading reads ready receive reference references
  regression related relative release remote remove removed removes rename render replace replacement repo report
  reports repository request requests require required research resolution resolve response responses responsive
  restore result results retry return returned returning returns review rewrite roles route routes rows rules run
  running runs runtime same save schema script scripts search second section security see send sequence server service
  services session set setting settings several should show sidebar similar simply since size slow small so some
  something sort source spec special specific specification specify spike split standard start started starts state
  still store stream string strings such support supported supports switch syntax system table take takes task tasks
  template terminal test testing tests text than that the their them theme then there these they things this those
  through throw time timeout times to token tokens tool tools translation true two type typed types under unit unknown
  unless until up update updated upgrade upload usage use used useful user users uses using utility valid validate
  validation value values variable variables various verify version versions want warning was way were what when where
  whether which while whole width will windows with within without work worker workflow working works would write
  writes written wrong you your
`;

/** Made when first needed: most runs of the program count nothing. */
let words: ReadonlySet<string> | undefined;

/** Whether a word with a blank before it is one token. */
export function isKnownWord(word: string): boolean {
  return knownWords().has(word) || knownWords().has(`${word.charAt(0).toLowerCase()}${word.slice(1)}`);
}

/** All of them, in small letters. */
export function knownWords(): ReadonlySet<string> {
  words ??= new Set(WORDS.trim().split(/\s+/));
  return words;
}
