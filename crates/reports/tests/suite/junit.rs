//! JUnit XML as many tools write it.

use reports::{Outcome, parse_junit};
use test_case::test_case;

use crate::fixture::{bytes, check, line, names};

#[test_case("junit_pytest.xml", r"junit_xml 11 = 5 + 4 + 2, 11 named; failing: tests.test_shop.TestBasket::test_total, tests.test_shop::test_names[na\xefve \u2013 caf\xe9], tests.test_shop::test_teardown, tests.test_shop::test_with_database")]
#[test_case(
    "junit_nextest.xml",
    "junit_xml 10 = 6 + 4 + 0, 10 named; failing: demo::api::returns_error, demo::crash::aborts, demo::crash::hangs, demo::tests::subtracts"
)]
#[test_case("junit_vitest.xml", "junit_xml 5 = 2 + 1 + 2, 5 named; failing: vt/a.spec.mjs::basket > fails")]
#[test_case(
    "junit_node.xml",
    "junit_xml 9 = 5 + 2 + 2, 9 named; failing: test::child – bad, test::fails # with hash"
)]
#[test_case("junit_mocha_xunit.xml", "junit_xml 4 = 1 + 1 + 2, 4 named; failing: basket::fails")]
#[test_case(
    "junit_surefire.xml",
    "junit_xml 5 = 2 + 2 + 1, 5 named; failing: com.example.BasketTest::database, com.example.BasketTest::total"
)]
#[test_case(
    "junit_jest.xml",
    "junit_xml 4 = 1 + 2 + 1, 4 named; failing: Test suite failed to run::broken.test.js, basket naïve ✗"
)]
#[test_case(
    "junit_go.xml",
    "junit_xml 3 = 1 + 1 + 1, 3 named; failing: example.com/shop/basket::TestTotal/two_items"
)]
fn a_file_is_read(fixture: &str, expected: &str) {
    let report = parse_junit(&bytes(fixture)).unwrap();
    check(&report);
    assert_eq!(line(&report), expected);
}

#[test_case("<testsuite><testcase name='a'/></testsuite>", "1 = 1 + 0 + 0, 1 named; failing: "; "a bare suite without attributes")]
#[test_case("\u{feff}\n <testsuites><testcase name='a'/></testsuites>", "1 = 1 + 0 + 0, 1 named; failing: "; "a mark before the text")]
#[test_case("<testsuites><testsuite><testsuite><testcase name='a'><error/></testcase></testsuite></testsuite></testsuites>", "1 = 0 + 1 + 0, 1 named; failing: a"; "nested suites")]
#[test_case("<j:testsuite xmlns:j='urn:j'><j:testcase name='a'><j:failure/></j:testcase></j:testsuite>", "1 = 0 + 1 + 0, 1 named; failing: a"; "a namespace")]
#[test_case("<testsuite tests='9' failures='0'><testcase name='a'/></testsuite>", "1 = 1 + 0 + 0, 1 named; failing: "; "counts that are wrong")]
#[test_case("<testsuite name='s' tests='1' errors='1'/>", "1 = 0 + 1 + 0, 1 named; failing: s"; "a suite that crashed")]
#[test_case("<testsuite name='s' failures='1'><testcase name='a'/></testsuite>", "2 = 1 + 1 + 0, 2 named; failing: s"; "a counted failure that no test shows")]
#[test_case("<testsuites failures='1'><testsuite name='s' failures='1'><testcase name='a'><failure/></testcase></testsuite></testsuites>", "1 = 0 + 1 + 0, 1 named; failing: a"; "a failure counted at every level")]
#[test_case("<testsuite name='s'><error message='no fork'/><testcase name='a'/></testsuite>", "2 = 1 + 1 + 0, 2 named; failing: s"; "an error of a suite")]
#[test_case("<testsuite><testcase name='a'><failure/><error/></testcase></testsuite>", "1 = 0 + 1 + 0, 1 named; failing: a"; "a failure and an error")]
#[test_case("<testsuite><testcase name='a'><skipped/><failure/></testcase></testsuite>", "1 = 0 + 1 + 0, 1 named; failing: a"; "skipped and failed")]
#[test_case("<testsuite><testcase name='a'><failure/><skipped/></testcase></testsuite>", "1 = 0 + 1 + 0, 1 named; failing: a"; "failed and skipped")]
#[test_case("<testsuite><testcase name='a' status='notrun'/><testcase name='b' status='run'/></testsuite>", "2 = 1 + 0 + 1, 2 named; failing: "; "a test that did not run")]
#[test_case("<testsuite><testcase name='a'><system-out><failure/></system-out></testcase></testsuite>", "1 = 1 + 0 + 0, 1 named; failing: "; "a failure in the output of a test")]
#[test_case("<testsuite><properties><testcase name='x'/></properties><testcase name='a'/></testsuite>", "1 = 1 + 0 + 0, 1 named; failing: "; "a test in the properties")]
#[test_case("<!DOCTYPE x [<!ENTITY e 'v'>]><testsuite><testcase name='a&e;'><failure>&e; & &#60;</failure></testcase></testsuite>", "1 = 0 + 1 + 0, 1 named; failing: a&e;"; "entities are not expanded")]
fn much_is_accepted(xml: &str, expected: &str) {
    let report = parse_junit(xml.as_bytes()).unwrap();
    check(&report);
    assert_eq!(line(&report), format!("junit_xml {expected}"));
}

#[test_case("classname='shop.Basket' name='adds'", "shop.Basket::adds"; "a class")]
#[test_case("classname='' name='adds'", "adds"; "an empty class")]
#[test_case("name='adds'", "adds"; "no class")]
#[test_case("classname='basket' name='basket adds'", "basket adds"; "a name that begins with its class")]
#[test_case("classname='test' name='testing'", "test::testing"; "a name that begins with the letters of its class")]
#[test_case("classname='shop.Basket'", "shop.Basket"; "no name")]
#[test_case("", "(unnamed)"; "nothing")]
#[test_case("classname='a&amp;b' name='&#x2717; &quot;x&quot;'", "a&b::✗ \"x\""; "references")]
fn a_test_is_named(attributes: &str, expected: &str) {
    let report = parse_junit(format!("<testsuite><testcase {attributes}/></testsuite>").as_bytes()).unwrap();
    assert_eq!(names(&report, Outcome::Passed), [expected]);
}
