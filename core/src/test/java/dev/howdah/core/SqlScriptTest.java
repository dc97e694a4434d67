package dev.howdah.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SqlScriptTest {

    @Test
    void isReadBesideItsWingAndNamedAfterItsFile() {
        assertThat(SqlScript.read(SqlScriptTest.class, "folder/2_script"))
                .isEqualTo(new SqlScript("2_script", "select 'ä';\n"));
    }

    @Test
    void saysWhichOneIsMissing() {
        assertThatThrownBy(() -> SqlScript.read(SqlScriptTest.class, "none"))
                .hasMessage("no resource sql/none.sql beside dev.howdah.core.SqlScriptTest");
    }
}
