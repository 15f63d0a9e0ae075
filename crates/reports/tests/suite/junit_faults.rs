//! Files that are not usable JUnit reports.

use reports::{JunitError, MAX_JUNIT_BYTES, parse_junit};
use test_case::test_case;

use crate::fixture::bytes;

#[test_case(b"", JunitError::NotXml; "nothing")]
#[test_case(b"  \n", JunitError::NotXml; "white space")]
#[test_case(b"5 passed", JunitError::NotXml; "text")]
#[test_case(b"\xff\xfe<\0", JunitError::NotXml; "another encoding")]
#[test_case(b"<?xml version='1.0'?>", JunitError::NotXml; "a declaration alone")]
#[test_case(b"<", JunitError::NotXml; "a bracket")]
#[test_case(b"<html><body/></html>", JunitError::NotJunit; "a page")]
#[test_case(b"<testcase name='a'/>", JunitError::NotJunit; "a test as the root")]
#[test_case(b"<testsuites/>", JunitError::Empty; "no suite")]
#[test_case(b"<testsuites tests='0' failures='0'><testsuite name='a'/></testsuites>", JunitError::Empty; "no test")]
fn a_file_is_refused(xml: &[u8], expected: JunitError) {
    assert_eq!(parse_junit(xml), Err(expected));
}

#[test_case("<testsuite><testcase name='a'/>"; "not closed")]
#[test_case("<testsuite><testcase name='a'></testsuite>"; "closed in another order")]
#[test_case("<testsuite><testcase name='a'/></testsuite><testsuite/>"; "two roots")]
#[test_case("<testsuite><testcase name='a'/></testsuite>tail"; "text after the root")]
#[test_case("<testsuite><testcase name='a'/></testsuite></testsuite>"; "closed twice")]
#[test_case("<testsuite><testcase name='a'><failure><![CDATA[x</failure>"; "an open section")]
fn a_broken_file_is_malformed(xml: &str) {
    let error = parse_junit(xml.as_bytes()).unwrap_err();
    assert!(matches!(&error, JunitError::Malformed { detail } if !detail.is_empty()), "{error}");
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let whole = bytes("junit_jest.xml");
    let end = whole.iter().rposition(|byte| *byte == b'>').unwrap();
    for length in 0..end {
        assert!(parse_junit(&whole[..length]).is_err(), "cut at {length}");
    }
    assert!(parse_junit(&whole[..=end]).is_ok());
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let mut xml = b"<testsuite><testcase name='a'/></testsuite>".to_vec();
    xml.resize(MAX_JUNIT_BYTES, b' ');
    assert!(parse_junit(&xml).is_ok());
    xml.push(b' ');
    assert_eq!(parse_junit(&xml), Err(JunitError::TooLarge));
}
