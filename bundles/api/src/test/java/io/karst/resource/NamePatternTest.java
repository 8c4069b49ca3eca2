// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.resource;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {

    @ParameterizedTest(name = "{0} fits {1}: {2}")
    @CsvSource({
        "*,'',true",
        "?,'',false",
        "'','',true",
        "'',a,false",
        "flows*,flows_v6,true",
        "*ows,flows,true",
        "f*o*s,flows,true",
        "f?ows,flows,true",
        "f?ows,fows,false",
        "flows,FLOWS,false",
        "[a-z]*,flows,false",
        "a.c,abc,false",
        "*a*b*c,xaybzc,true",
        "**,flows,true"
    })
    void starsAndQuestionMarks(String pattern, String name, boolean fits) {
        assertThat(new NamePattern(pattern).matches(name)).isEqualTo(fits);
    }
}
